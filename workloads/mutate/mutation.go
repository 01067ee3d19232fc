package mutate

import (
	"cmp"
	"fmt"
	"slices"
)

// Kind says what a mutation does.
type Kind string

// The kinds, in the order in which they are shown.
const (
	DropSync   Kind = "drop-sync"
	SwapSteps  Kind = "swap-steps"
	DropCheck  Kind = "drop-check"
	WeakenLock Kind = "weaken-lock"
	DropLock   Kind = "drop-lock"
)

// Kinds returns all kinds.
func Kinds() []Kind { return []Kind{DropSync, SwapSteps, DropCheck, WeakenLock, DropLock} }

// Mutation is one change of one file.
type Mutation struct {
	Kind Kind   `json:"kind"`
	File string `json:"file"` // relative to the directory of the search
	Line int    `json:"line"`
	Text string `json:"text"` // of the line

	path  string // of the file
	edits []edit // disjoint, in any order
}

// edit replaces the bytes from start to end.
type edit struct {
	start, end int
	text       string
}

func (m *Mutation) String() string { return m.place() + " " + string(m.Kind) }

// place returns file and line, as editors read them.
func (m *Mutation) place() string { return fmt.Sprintf("%s:%d", m.File, m.Line) }

// apply returns the source with the mutation in it.
func (m *Mutation) apply(source []byte) []byte {
	out := slices.Clone(source)
	last := slices.SortedFunc(slices.Values(m.edits), func(a, b edit) int { return cmp.Compare(b.start, a.start) })
	for _, e := range last {
		out = slices.Concat(out[:e.start], []byte(e.text), out[e.end:])
	}
	return out
}
