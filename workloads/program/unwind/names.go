package unwind

import (
	"cmp"
	"debug/buildinfo"
	"debug/dwarf"
	"debug/elf"
	"debug/gosym"
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/program"
)

// names knows the names of the calls in a module.
type names struct {
	lines    *inlined     // nil: there is no DWARF
	golang   *gosym.Table // nil: this is not a Go program, or its table is not supported
	goFrames *goFrames    // nil if golang is
	goRoot   string       // directory of Go's standard library; empty: unknown
	goMain   string       // path of the main module
	symbols  []elf.Symbol // functions, by address
	where    map[uint64][]program.Frame
}

// frames returns the calls at an address, innermost first: one, and those into which it was inlined.
func (m *module) frames(addr uint64) []program.Frame {
	n := m.names()
	if frames, known := n.where[addr]; known {
		return frames
	}
	var frames []program.Frame
	if n.lines != nil {
		frames = n.lines.at(addr)
	}
	if len(frames) == 0 && n.golang != nil {
		frames = n.golangAt(addr)
	}
	if len(frames) == 0 {
		frames = []program.Frame{{Function: n.symbol(addr)}}
	}
	for i := range frames {
		frames[i].Module = filepath.Base(m.path)
	}
	n.where[addr] = frames
	return frames
}

// names returns what names the calls. It is read when it is first needed.
func (m *module) names() *names {
	if m.named == nil {
		m.named = newNames(m.file, m.from)
	}
	return m.named
}

func newNames(file *elf.File, from io.ReaderAt) *names {
	n := &names{where: map[uint64][]program.Frame{}}
	if d := dwarfOf(file); d != nil {
		n.lines = newInlined(d)
	}
	for _, list := range []func() ([]elf.Symbol, error){file.Symbols, file.DynamicSymbols} {
		symbols, _ := list() // a stripped file has none
		for _, s := range symbols {
			if elf.ST_TYPE(s.Info) == elf.STT_FUNC && s.Value != 0 {
				n.symbols = append(n.symbols, s)
			}
		}
	}
	slices.SortStableFunc(n.symbols, func(a, b elf.Symbol) int { return cmp.Compare(a.Value, b.Value) })
	n.readGo(file, from)
	return n
}

// debugDir is where separate debug information is.
const debugDir = "/usr/lib/debug/.build-id"

// dwarfOf returns the debug information of a file, or nil if there is none.
func dwarfOf(file *elf.File) *dwarf.Data {
	if file.Section(".debug_info") != nil || file.Section(".zdebug_info") != nil {
		d, _ := file.DWARF() // damaged debug information counts as none
		return d
	}
	id := buildID(file)
	if len(id) < 2 {
		return nil
	}
	separate, err := elf.Open(filepath.Join(debugDir, id[:2], id[2:]+".debug"))
	if err != nil {
		return nil
	}
	defer separate.Close() //nolint:errcheck // only read
	d, _ := separate.DWARF()
	return d
}

// buildID returns the build ID of a file in hexadecimal, or "".
func buildID(file *elf.File) string {
	s := file.Section(".note.gnu.build-id")
	if s == nil {
		return ""
	}
	data, err := s.Data()
	const header = 16 // three lengths, and the name "GNU"
	if err != nil || len(data) <= header {
		return ""
	}
	return hex.EncodeToString(data[header:])
}

// readGo reads the table of functions of a Go program.
func (n *names) readGo(file *elf.File, from io.ReaderAt) {
	s := file.Section(".gopclntab")
	if s == nil {
		s = file.Section(".data.rel.ro.gopclntab") // position independent
	}
	text := file.Section(".text")
	if s == nil || text == nil {
		return
	}
	data, err := s.Data()
	if err != nil {
		return
	}
	start, ok := n.goText(data, text)
	if !ok {
		return
	}
	table, err := gosym.NewTable(nil, gosym.NewLineTable(data, start))
	if err != nil {
		return
	}
	n.golang, n.goFrames = table, newGoFrames(data, start)
	if end := table.LookupFunc("runtime.goexit"); end != nil {
		source, _, _ := table.PCToLine(end.Entry)
		n.goRoot, _, _ = strings.Cut(source, "runtime/asm_")
	}
	if info, err := buildinfo.Read(from); err == nil {
		n.goMain = info.Main.Path
	}
}

// goText returns where the addresses in the table of a Go program begin.
func (n *names) goText(table []byte, text *elf.Section) (uint64, bool) {
	for _, symbol := range n.symbols {
		if symbol.Name == "runtime.text" {
			return symbol.Value, true
		}
	}
	code, err := text.Data()
	frames := newGoFrames(table, text.Addr)
	if err != nil || frames == nil {
		return 0, false
	}
	skip, ok := frames.begins(code)
	return text.Addr + skip, ok
}

// golangAt returns the call at an address of a Go program, or nil. Inside an inlined function of the standard library
// there is no line, because the table has that of the inlined function and not that of the call.
func (n *names) golangAt(addr uint64) []program.Frame {
	file, line, fn := n.golang.PCToLine(addr)
	if fn == nil {
		return nil
	}
	own, _, _ := n.golang.PCToLine(fn.Entry)
	if n.standardFile(file) && !n.standardFile(own) {
		return []program.Frame{{Function: fmt.Sprintf("%s+%#x", fn.Name, addr-fn.Entry)}}
	}
	return []program.Frame{{Function: fn.Name, File: file, Line: line}}
}

// symbol returns the function at an address and the offset in it, or the address alone.
func (n *names) symbol(addr uint64) string {
	i, _ := slices.BinarySearchFunc(n.symbols, addr+1, func(s elf.Symbol, addr uint64) int { return cmp.Compare(s.Value, addr) })
	if i == 0 {
		return fmt.Sprintf("%#x", addr)
	}
	s := n.symbols[i-1]
	if s.Size > 0 && addr >= s.Value+s.Size {
		return fmt.Sprintf("%#x", addr)
	}
	return fmt.Sprintf("%s+%#x", s.Name, addr-s.Value)
}
