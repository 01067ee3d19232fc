package operators

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Mutation is one change to one file.
type Mutation struct {
	ID   string `json:"id"`
	Kind Kind   `json:"kind"`
	File string `json:"file"` // relative to the directory of the search
	Line int    `json:"line"`
	Text string `json:"text"` // of the line

	path     string // of the file
	pkg      string // import path
	provable bool   // see Provable
	edits    []edit // disjoint, in any order
}

// edit replaces the bytes from start to end.
type edit struct {
	start, end int
	text       string
}

func (m *Mutation) String() string { return m.Place() + " " + string(m.Kind) }

// Place returns the file and line in the form that editors understand.
func (m *Mutation) Place() string { return fmt.Sprintf("%s:%d", m.File, m.Line) }

// Path returns the path of the file on the host. It is empty for the zero value.
func (m *Mutation) Path() string { return m.path }

// Start returns the line and column at which the change begins in the given source of its file. Both count from 1;
// columns are bytes.
func (m *Mutation) Start(source []byte) (line, column int) {
	start := len(source)
	for _, e := range m.edits {
		start = min(start, e.start)
	}
	before := source[:start]
	return bytes.Count(before, []byte("\n")) + 1, start - bytes.LastIndexByte(before, '\n')
}

// Package returns the import path of the package.
func (m *Mutation) Package() string { return m.pkg }

// Provable reports whether the mutation is inside the body of a function that is compiled with its own package. Only
// then does equal code of the package prove that the mutation changes nothing, because constants, types and generic
// functions are compiled wherever they are used.
func (m *Mutation) Provable() bool { return m.provable }

// Apply returns the mutated source of the file.
func (m *Mutation) Apply(source []byte) []byte {
	out := slices.Clone(source)
	last := slices.SortedFunc(slices.Values(m.edits), func(a, b edit) int { return cmp.Compare(b.start, a.start) })
	for _, e := range last {
		out = slices.Concat(out[:e.start], []byte(e.text), out[e.end:])
	}
	return out
}

// Diff returns the lines that the mutation changes: the old ones prefixed by a minus sign, then the new ones by a plus
// sign.
func (m *Mutation) Diff(source []byte) string {
	before, after := strings.Split(string(source), "\n"), strings.Split(string(m.Apply(source)), "\n")
	first := 0
	for first < min(len(before), len(after)) && before[first] == after[first] {
		first++
	}
	last := 0
	for last < min(len(before), len(after))-first && before[len(before)-1-last] == after[len(after)-1-last] {
		last++
	}
	var b strings.Builder
	write := func(sign string, lines []string) {
		for _, line := range lines {
			if strings.TrimSpace(line) != "" {
				b.WriteString(sign + line + "\n")
			}
		}
	}
	write("-", before[first:len(before)-last])
	write("+", after[first:len(after)-last])
	return b.String()
}
