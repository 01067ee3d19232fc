package program

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/explain"
)

// Stacks says where in the program's source its operations come from, if that was recorded. Calls inside the C library and the
// standard library of the language are left out.
type Stacks struct {
	Frames []Frame `json:"frames"` // each once
	Stacks []Stack `json:"stacks"` // each once
	Of     []int   `json:"of"`     // for each operation of the trace, the number of its stack, from 1; 0: unknown
}

// Frame is a call on the stack of a program.
type Frame struct {
	Function string `json:"f,omitempty"` // if the line is unknown, with the offset: "sqlite3_step+0x4a"
	File     string `json:"s,omitempty"` // the source file; empty if it is unknown
	Line     int    `json:"l,omitempty"`
	Module   string `json:"m,omitempty"` // the name of the file with the code
}

// Stack is the stack of a program.
type Stack struct {
	Program string `json:"program,omitempty"` // the name of the file that is executed
	Frames  []int  `json:"calls,omitempty"`   // indices of frames, innermost first
	Note    string `json:"note,omitempty"`    // why there are no calls, or why calls are missing at the outer end
}

// StackMax is the maximum number of calls of a stack.
const StackMax = 64

// ByKernel is the note of an operation that no thread asked for.
const ByKernel = "written back by the kernel"

// place returns the place of a call in the source, as "wal/writer.go:212", or what else is known of it.
func (f *Frame) place() string {
	if f.File == "" {
		return f.Module + " " + path.Base(f.Function)
	}
	return fmt.Sprintf("%s:%d", path.Join(path.Base(path.Dir(f.File)), path.Base(f.File)), f.Line)
}

// text returns a call in one line.
func (f *Frame) text() string {
	if f.File == "" {
		return f.place()
	}
	return f.place() + " " + path.Base(f.Function)
}

// of returns the stack of the operation at a tick, or nil if it is unknown.
func (s *Stacks) of(trace []faultfs.Op, tick uint64) *Stack {
	if s == nil {
		return nil
	}
	i := sort.Search(len(trace), func(i int) bool { return trace[i].Tick >= tick })
	if i == len(trace) || trace[i].Tick != tick || i >= len(s.Of) || s.Of[i] == 0 {
		return nil
	}
	return &s.Stacks[s.Of[i]-1]
}

// site returns where in the source the operation at a tick comes from. It is empty if that is unknown.
func (s *Stacks) site(trace []faultfs.Op, tick uint64) (site explain.Site) {
	stack := s.of(trace, tick)
	if stack == nil {
		return site
	}
	calls := make([]*Frame, len(stack.Frames))
	for i, n := range stack.Frames {
		calls[i] = &s.Frames[n]
		site.Stack = append(site.Stack, calls[i].text())
	}
	if stack.Program != "" {
		site.Stack = append(site.Stack, "in the program "+stack.Program)
	}
	if stack.Note != "" {
		site.Stack = append(site.Stack, "("+stack.Note+")")
	}
	if len(calls) == 0 {
		site.Source = cmp.Or(stack.Program, stack.Note)
		return site
	}
	i := mostTelling(calls, stack.Program)
	site.Source, site.Function = calls[i].place(), path.Base(calls[i].Function)
	if outer := calls[i+1:]; len(outer) > 0 {
		from := slices.IndexFunc(outer, func(f *Frame) bool { return f.named() && f.home() != calls[i].home() })
		site.From = outer[max(from, 0)].place() // the caller, if all calls are in one directory
	}
	return site
}

// mostTelling returns the index of the innermost call whose source is known or that is in the executed file itself; if
// there is none, of the innermost call with a name.
func mostTelling(calls []*Frame, executed string) int {
	i := slices.IndexFunc(calls, func(f *Frame) bool { return f.File != "" || f.Module == executed && f.named() })
	if i < 0 {
		i = slices.IndexFunc(calls, (*Frame).named)
	}
	return max(i, 0)
}

// named reports whether the function or the line of a call is known.
func (f *Frame) named() bool { return f.File != "" || !strings.HasPrefix(f.Function, "0x") }

// home returns the directory of a call's source, or else the file with its code.
func (f *Frame) home() string {
	if f.File == "" {
		return f.Module
	}
	return path.Dir(f.File)
}

// until returns the stacks of the first n operations.
func (s *Stacks) until(n int) *Stacks {
	if s == nil {
		return nil
	}
	short := *s
	short.Of = s.Of[:min(n, len(s.Of))]
	return &short
}

// Validate returns an error if the stacks cannot belong to a trace of n operations.
func (s *Stacks) Validate(n int) error {
	switch {
	case s == nil:
		return nil
	case len(s.Of) > n:
		return fmt.Errorf("there are %d stacks for %d operations", len(s.Of), n)
	}
	for i, of := range s.Of {
		if of < 0 || of > len(s.Stacks) {
			return fmt.Errorf("operation %d has stack %d of %d", i, of, len(s.Stacks))
		}
	}
	for i, stack := range s.Stacks {
		if len(stack.Frames) > StackMax {
			return fmt.Errorf("stack %d has %d calls; the limit is %d", i, len(stack.Frames), StackMax)
		}
		for _, frame := range stack.Frames {
			if frame < 0 || frame >= len(s.Frames) {
				return errors.New("a stack has a call that the file does not describe")
			}
		}
	}
	return nil
}
