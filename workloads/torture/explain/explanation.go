package explain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Explanation is the order that a failure shows to be missing.
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
	// Late is set if nothing has to be lost and crashes fail only for a while. It is the operation after which they no
	// longer do harm.
	Late *Site `json:"late,omitempty"`
	// Steps are operations that the sentence lists, oldest first: those of the call that is wrong, those that made a wrong file or
	// copy, or what led to By. Each is made at another place in the source. No experiment says that any of them is wrong.
	Steps []Site `json:"steps,omitempty"`
	// Lost is the number of calls that have to be lost together for the failure, and Edges the number of syncs that would
	// have kept them: one for all calls that changed the same file, or names in the same directory. Both are 0 if no sync
	// is missing.
	Lost  int `json:"lost"`
	Edges int `json:"edges"`
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

// Sites returns the operations that the explanation names, those of the missing order first.
func (e *Explanation) Sites() []*Site {
	all := slices.DeleteFunc([]*Site{e.By, e.Missing, e.Beside, e.Before, e.Culprit, e.Late}, func(s *Site) bool { return s == nil })
	for i := range e.Steps {
		all = append(all, &e.Steps[i])
	}
	return all
}

// maxCalls limits the calls that a line of Calls shows.
const maxCalls = 5

// Calls returns a line for each operation that the explanation names and that has callers in the engine: the calls of
// the engine that led to it, innermost first.
func (e *Explanation) Calls() (lines []string) {
	for _, s := range e.Sites() {
		from := max(0, slices.IndexFunc(s.Stack, func(call string) bool { return strings.HasPrefix(call, s.Source+" ") }))
		var calls []string
		shown := s.Stack[from:]
		for i, call := range shown {
			if left := len(shown) - maxCalls - 2; i >= maxCalls && i < maxCalls+left { // how the engine was called matters, too
				if i == maxCalls {
					calls = append(calls, "...")
				}
				continue
			}
			place, function, _ := strings.Cut(call, " ")
			calls = append(calls, place+" "+nameOf(function))
		}
		line := fmt.Sprintf("%s of %s: %s", s.Op, cmp.Or(s.Path, "the root directory"), strings.Join(calls, " ← "))
		if len(calls) > 1 && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// nameOf returns a function without its package and its receiver: "Append" for "wal.(*Writer).Append".
func nameOf(function string) string {
	_, name, _ := strings.Cut(function, ".")
	if _, method, is := strings.Cut(name, ")."); is {
		return method
	}
	return name
}

func (s *Site) text() string {
	if s.Part {
		return "a part of the " + s.what()
	}
	return "the " + s.what()
}

// textAfter is text for a sentence that has just named a later call.
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
