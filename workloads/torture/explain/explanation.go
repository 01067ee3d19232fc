package explain

import "fmt"

// Explanation is the order that a failure shows to be missing.
type Explanation struct {
	Sentence string `json:"sentence"`
	// Missing is the operation that was not durable; of several, the first.
	Missing *Site `json:"missing,omitempty"`
	// By is what must not have come before Missing was durable, but did: another operation, or the acknowledgement of a
	// commit. If nothing has to be lost, it is the operation right after which a crash fails.
	By *Site `json:"by,omitempty"`
	// Beside is a sync between the two that covered only the other half: the directory if the file's bytes are missing,
	// the file if its name is missing.
	Beside *Site `json:"beside,omitempty"`
	// Culprit is set if nothing has to be lost: the last operation before By without which nothing would fail.
	Culprit *Site `json:"culprit,omitempty"`
	// Late is set if nothing has to be lost, and only for a while: the later operation after which the same crash does no harm.
	Late *Site `json:"late,omitempty"`
	// Lost is how many operations have to be lost for the failure: 1 is one missing edge, 0 no missing sync.
	Lost int `json:"lost"`
}

// Site is an operation of a run, and where in the engine's source it comes from.
type Site struct {
	Tick     uint64   `json:"tick"`
	Op       string   `json:"op"`
	Path     string   `json:"path"`
	Part     bool     `json:"part,omitempty"`     // a part of the operation, such as some sectors of a write
	Source   string   `json:"source,omitempty"`   // "wal/writer.go:212"
	From     string   `json:"from,omitempty"`     // where its package is called from another one: "engine/commit.go:80"
	Function string   `json:"function,omitempty"` // "wal.(*Writer).Append"
	Stack    []string `json:"stack,omitempty"`    // the engine's calls, innermost first
}

func (s *Site) text() string {
	if s.Part {
		return "a part of the " + s.what()
	}
	return "the " + s.what()
}

// what is text without an article.
func (s *Site) what() string { return s.Op + " of " + s.Path + s.place() }

// place says where in the source it is.
func (s *Site) place() string {
	switch {
	case s.From != "":
		return fmt.Sprintf(" (`%s` from `%s`)", s.Source, s.From)
	case s.Source != "":
		return fmt.Sprintf(" (`%s`)", s.Source)
	}
	return ""
}
