package blocklog

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// State is a disk that a power cut may leave. It has every request before Sure and, of the later ones, those listed in Kept.
type State struct {
	Sure int     `json:"sure"` // the last completed flush precedes this request
	Kept []Piece `json:"kept"` // oldest first
}

// Piece is a part of a request.
type Piece struct {
	Op   int   `json:"op"`   // index in the log
	From int64 `json:"from"` // byte range [From, To) of the request
	To   int64 `json:"to"`
}

// Disk returns the disk in a state of the log, whose first request found the disk under.
func (l Log) Disk(under *Disk, s State) *Disk {
	d := NewDisk(under)
	for _, op := range l[:s.Sure] {
		d.Do(op)
	}
	for _, p := range s.Kept {
		d.Do(l.part(p))
	}
	return d
}

// Lost returns those of the given units that a state has lost. The units must be those of the epoch that begins at
// State.Sure, torn in the same way as the pieces in Kept.
func (s State) Lost(units []Piece) (lost []Piece) {
	for _, u := range units {
		if !slices.Contains(s.Kept, u) {
			lost = append(lost, u)
		}
	}
	return lost
}

// Check rejects states that do not belong to the log.
func (l Log) Check(s State) error {
	if s.Sure < 0 || s.Sure > len(l) {
		return fmt.Errorf("%w: nothing can be sure before request %d of %d", ErrForged, s.Sure, len(l))
	}
	for _, p := range s.Kept {
		if p.Op < s.Sure || p.Op >= len(l) || p.From < 0 || p.To < p.From || p.To > l[p.Op].Len {
			return fmt.Errorf("%w: there is no piece [%d:%d] of request %d", ErrForged, p.From, p.To, p.Op)
		}
	}
	return nil
}

// ErrForged is returned for logs and states that no disk could have recorded.
var ErrForged = errors.New("blocklog: not a recording of a disk")

// part returns a piece as a request of its own.
func (l Log) part(p Piece) Op {
	op := l[p.Op]
	part := Op{Kind: op.Kind, Off: op.Off + p.From, Len: p.To - p.From}
	if op.Kind == Write {
		part.Data = op.Data[p.From:p.To]
	}
	return part
}

// Describe says in one line which requests of the log a state contains, for example "all before #12, then #12 #14[0:512]".
func (l Log) Describe(s State) string {
	var b strings.Builder
	fmt.Fprintf(&b, "all before #%d", s.Sure)
	for i, p := range s.Kept {
		b.WriteString([]string{", then", ""}[min(i, 1)])
		fmt.Fprintf(&b, " #%d", p.Op)
		if p.From != 0 || p.To != l[p.Op].Len {
			fmt.Fprintf(&b, "[%d:%d]", p.From, p.To)
		}
	}
	return b.String()
}
