package unwind

import (
	"cmp"
	"debug/dwarf"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/program"
)

// inlined finds calls in DWARF, including inlined ones.
type inlined struct {
	data  *dwarf.Data
	units map[dwarf.Offset]*unit // by the offset of their entry; nil: a unit without lines
}

// unit is a compilation unit.
type unit struct {
	entry     *dwarf.Entry
	lines     []dwarf.LineEntry // by address
	files     []*dwarf.LineFile
	functions []function
	names     map[dwarf.Offset]string // of functions, with what they are in
}

// function is a function with code.
type function struct {
	span
	offset dwarf.Offset
}

func newInlined(d *dwarf.Data) *inlined { return &inlined{data: d, units: map[dwarf.Offset]*unit{}} }

// at returns the calls at an address, innermost first, or nil if it is not known.
func (l *inlined) at(addr uint64) []program.Frame {
	entry, err := l.data.Reader().SeekPC(addr)
	if err != nil {
		return nil
	}
	u, known := l.units[entry.Offset]
	if !known {
		u = l.unit(entry)
		l.units[entry.Offset] = u
	}
	if u == nil {
		return nil
	}
	i := slices.IndexFunc(u.functions, func(f function) bool { return f.start <= addr && addr < f.end })
	line := u.line(addr)
	if i < 0 || line == nil {
		return nil
	}
	frames := []program.Frame{{File: line.File.Name, Line: line.Line}}
	chain := l.chain(u.functions[i].offset, addr)
	for n, entry := range chain {
		frames[n].Function = l.name(u, entry)
		if n < len(chain)-1 {
			frames = append(frames, u.callOf(entry))
		}
	}
	return frames
}

// unit reads a compilation unit.
func (l *inlined) unit(entry *dwarf.Entry) *unit {
	u := &unit{entry: entry, names: map[dwarf.Offset]string{}}
	lines, err := l.data.LineReader(entry)
	if err != nil || lines == nil {
		return nil
	}
	for {
		var line dwarf.LineEntry
		if err := lines.Next(&line); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil
		}
		u.lines = append(u.lines, line)
	}
	// Where a sequence ends, another one may begin. The beginning is sorted last, because that is the entry to be found.
	ends := func(line dwarf.LineEntry) int {
		if line.EndSequence {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(u.lines, func(a, b dwarf.LineEntry) int {
		return cmp.Or(cmp.Compare(a.Address, b.Address), ends(a)-ends(b))
	})
	u.files = lines.Files()
	l.index(u)
	return u
}

// index finds the functions of a unit.
func (l *inlined) index(u *unit) {
	r := l.data.Reader()
	r.Seek(u.entry.Offset)
	unit, err := r.Next()
	if err != nil || unit == nil || !unit.Children {
		return
	}
	language, _ := unit.Val(dwarf.AttrLanguage).(int64)
	var within []string
	for {
		e, err := r.Next()
		if err != nil || e == nil {
			return
		}
		name, _ := e.Val(dwarf.AttrName).(string)
		switch {
		case e.Tag == 0:
			if len(within) == 0 {
				return
			}
			within = within[:len(within)-1]
		case e.Tag == dwarf.TagSubprogram:
			if name != "" {
				u.names[e.Offset] = strings.Join(append(slices.Clone(within), name), "::")
			}
			ranges, _ := l.data.Ranges(e) // a declaration has none
			for _, r := range ranges {
				u.functions = append(u.functions, function{span{r[0], r[1]}, e.Offset})
			}
			r.SkipChildren()
		case e.Children && contains(e.Tag, language):
			within = append(within, cmp.Or(name, "(anonymous)"))
		default:
			r.SkipChildren()
		}
	}
}

// contains reports whether entries with a tag can contain functions. In C they cannot.
func contains(tag dwarf.Tag, language int64) bool {
	const c89, c, c99, c11, golang = 0x01, 0x02, 0x0c, 0x1d, 0x16
	types := []dwarf.Tag{dwarf.TagClassType, dwarf.TagStructType, dwarf.TagUnionType, dwarf.TagEnumerationType}
	return tag == dwarf.TagNamespace || tag == dwarf.TagModule ||
		slices.Contains(types, tag) && !slices.Contains([]int64{c89, c, c99, c11, golang}, language)
}

// line returns the line of an address, or nil if it is not known.
func (u *unit) line(addr uint64) *dwarf.LineEntry {
	i, _ := slices.BinarySearchFunc(u.lines, addr+1, func(l dwarf.LineEntry, addr uint64) int { return cmp.Compare(l.Address, addr) })
	for i--; i >= 0; i-- {
		switch l := &u.lines[i]; {
		case l.EndSequence || l.File == nil:
			return nil
		case l.Line > 0: // 0 is code that belongs to no line
			return l
		}
	}
	return nil
}

// chain returns the entries of a function and of what was inlined at an address, innermost first.
func (l *inlined) chain(at dwarf.Offset, addr uint64) []*dwarf.Entry {
	r := l.data.Reader()
	r.Seek(at)
	function, err := r.Next()
	if err != nil || function == nil {
		return nil
	}
	chain := []*dwarf.Entry{function}
	for depth := 1; function.Children && depth > 0; {
		e, err := r.Next()
		if err != nil || e == nil {
			break
		}
		switch {
		case e.Tag == 0:
			depth--
		case !e.Children && e.Tag != dwarf.TagInlinedSubroutine:
		case e.Tag != dwarf.TagInlinedSubroutine && e.Tag != dwarf.TagLexDwarfBlock || !l.covers(e, addr):
			r.SkipChildren()
		default:
			if e.Tag == dwarf.TagInlinedSubroutine {
				chain = append(chain, e)
			}
			if e.Children {
				depth++
			}
		}
	}
	slices.Reverse(chain)
	return chain
}

func (l *inlined) covers(e *dwarf.Entry, addr uint64) bool {
	ranges, err := l.data.Ranges(e)
	if err != nil || len(ranges) == 0 {
		return err == nil && e.Tag == dwarf.TagLexDwarfBlock // a block without code of its own can contain some
	}
	return slices.ContainsFunc(ranges, func(r [2]uint64) bool { return r[0] <= addr && addr < r[1] })
}

// name returns the name of a function, wherever it is given.
func (l *inlined) name(u *unit, e *dwarf.Entry) string {
	const references = 4 // an inlined call refers to a function, which refers to its declaration
	for range references {
		if name := u.names[e.Offset]; name != "" {
			return name
		}
		origin, ok := e.Val(dwarf.AttrAbstractOrigin).(dwarf.Offset)
		if !ok {
			origin, ok = e.Val(dwarf.AttrSpecification).(dwarf.Offset)
		}
		if !ok {
			break
		}
		r := l.data.Reader()
		r.Seek(origin)
		next, err := r.Next()
		if err != nil || next == nil {
			break
		}
		e = next
	}
	name, _ := e.Val(dwarf.AttrName).(string)
	return name
}

// callOf returns the place of an inlined call.
func (u *unit) callOf(e *dwarf.Entry) program.Frame {
	frame := program.Frame{}
	if i, ok := e.Val(dwarf.AttrCallFile).(int64); ok && i >= 0 && i < int64(len(u.files)) && u.files[i] != nil {
		frame.File = u.files[i].Name
	}
	if line, ok := e.Val(dwarf.AttrCallLine).(int64); ok {
		frame.Line = int(line)
	}
	return frame
}
