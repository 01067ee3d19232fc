package appendlog

import (
	"errors"
	"fmt"
)

// ErrOutOfRange is returned for a truncation that would leave the log unchanged or empty, by logs that do not support
// that. Nothing was changed. A driver recognizes it with errors.Is.
var ErrOutOfRange = errors.New("appendlog: out of the log's range")

// ErrGap means that the entries of a log are not consecutive. Every *Gap is an ErrGap.
var ErrGap = errors.New("appendlog: the entries are not consecutive")

// Gap describes a log whose parts do not fit together.
type Gap struct {
	First, Last uint64 // as reported by the log
	Missing     uint64 // a missing entry between them; 0: First and Last contradict each other
}

// Unwrap returns ErrGap.
func (g *Gap) Unwrap() error { return ErrGap }

func (g *Gap) Error() string { return ErrGap.Error() + ": " + g.Sentence() }

// Sentence describes the problem.
func (g *Gap) Sentence() string {
	if g.Missing == 0 {
		return fmt.Sprintf("the log says that its first entry is %d and its last one %d", g.First, g.Last)
	}
	return fmt.Sprintf("the log says that it has the entries %d to %d, but there is no entry %d", g.First, g.Last, g.Missing)
}
