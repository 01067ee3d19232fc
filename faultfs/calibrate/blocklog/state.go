package blocklog

import (
	"fmt"
	"strings"
)

// State is a disk that a power cut may leave: every request before Sure, and those listed in Kept of the later ones.
type State struct {
	Sure int     // the last completed flush precedes this request
	Kept []Piece // oldest first
}

// Piece is a part of a request.
type Piece struct {
	Op       int   // index in the log
	From, To int64 // byte range [From, To) of the request
}

// Disk returns the state of a log whose first request found the disk under.
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

// part returns a piece as a request of its own.
func (l Log) part(p Piece) Op {
	op := l[p.Op]
	part := Op{Kind: op.Kind, Off: op.Off + p.From, Len: p.To - p.From}
	if op.Kind == Write {
		part.Data = op.Data[p.From:p.To]
	}
	return part
}

// Describe says in one line what a state contains of a log, for example "all before #12, then #12 #14[0:512]".
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
