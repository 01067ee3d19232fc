package explain

import (
	"cmp"
	"fmt"
)

// Explanation is the order whose absence a failure proves.
type Explanation struct {
	Sentence string `json:"sentence"`
	// Missing is the operation that was not durable; if there are several, the first.
	Missing *Site `json:"missing,omitempty"`
	// By is what happened too early, before Missing was durable: another operation, or the acknowledgement of a commit. If
	// nothing has to be lost, it is the first operation after which a crash fails.
	By *Site `json:"by,omitempty"`
	// Beside is a sync between the two that covered the wrong half: the directory if the file's bytes are missing, or the file
	// if its name is missing.
	Beside *Site `json:"beside,omitempty"`
	// Before is the last sync of the file whose bytes are missing, if it came too early for them and no other one followed.
	Before *Site `json:"before,omitempty"`
	// Culprit is set if nothing has to be lost: the last operation before By without which the crash would do no harm.
	Culprit *Site `json:"culprit,omitempty"`
	// Late is set if nothing has to be lost, and crashes fail only for a while: the operation after which they do no harm.
	Late *Site `json:"late,omitempty"`
	// Lost is the number of calls that have to be lost for the failure: 1 means one missing edge, 0 no missing sync.
	Lost int `json:"lost"`
}

// Site is an operation of a run and its place in the source of the engine or program. Without a source line, Source and From have
// the file with the code, and the function or the address.
type Site struct {
	Tick     uint64   `json:"tick"`
	Op       string   `json:"op"`
	Path     string   `json:"path"`
	Part     bool     `json:"part,omitempty"`     // only a part of the operation, such as some sectors of a write
	Source   string   `json:"source,omitempty"`   // "wal/writer.go:212"
	From     string   `json:"from,omitempty"`     // the call from another package: "engine/commit.go:80"
	Function string   `json:"function,omitempty"` // "wal.(*Writer).Append"
	Stack    []string `json:"stack,omitempty"`    // the calls of the engine or program, innermost first
}

func (s *Site) text() string {
	if s.Part {
		return "a part of the " + s.what()
	}
	return "the " + s.what()
}

// textAfter is text in a sentence that has just named a later call.
func (s *Site) textAfter(later *Site) string {
	switch {
	case s.what() != later.what():
		return s.text()
	case s.Part:
		return "a part of an earlier one"
	default:
		return "an earlier one"
	}
}

// what is text without an article.
func (s *Site) what() string { return s.Op + " of " + cmp.Or(s.Path, "the root directory") + s.place() }

// place returns the place in the source, in parentheses.
func (s *Site) place() string {
	switch {
	case s.From != "":
		return fmt.Sprintf(" (`%s` from `%s`)", s.Source, s.From)
	case s.Source != "":
		return fmt.Sprintf(" (`%s`)", s.Source)
	}
	return ""
}
