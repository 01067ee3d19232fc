package appendlog

import (
	"errors"
	"fmt"
)

// ErrOutOfRange is returned for a truncation that would leave a log as it is, or empty, by a log that does neither. Nothing was
// changed. A log must let a driver recognize it with errors.Is.
var ErrOutOfRange = errors.New("appendlog: out of the log's range")

// ErrGap says that the entries of a log are not consecutive. Every *Gap is an ErrGap.
var ErrGap = errors.New("appendlog: the entries are not consecutive")

// Gap is what is wrong with a log whose parts do not fit together.
type Gap struct {
	First, Last uint64 // what the log says
	Missing     uint64 // the entry between them that is not there; 0: First and Last contradict each other
}

// Unwrap returns ErrGap.
func (g *Gap) Unwrap() error { return ErrGap }

func (g *Gap) Error() string { return ErrGap.Error() + ": " + g.Sentence() }

// Sentence says what is wrong.
func (g *Gap) Sentence() string {
	if g.Missing == 0 {
		return fmt.Sprintf("the log says that its first entry is %d and its last one %d", g.First, g.Last)
	}
	return fmt.Sprintf("the log says that it has the entries %d to %d, but there is no entry %d", g.First, g.Last, g.Missing)
}
