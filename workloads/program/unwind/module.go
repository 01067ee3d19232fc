package unwind

import (
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// module is a file with code. Addresses are those of the file, not of a process.
type module struct {
	path  string // as the process calls it
	from  io.ReaderAt
	file  *elf.File
	code  []*elf.Prog // the segments with code
	cfi   []frames    // of .debug_frame and .eh_frame
	plt   []span      // stubs that jump to functions of other files
	rows  map[uint64]*rowAt
	calls map[uint64]call
	named *names // set when it is first needed
}

// span is a range of addresses.
type span struct{ start, end uint64 }

// rowAt is the call frame information at an address, and what the code says about the frame there.
type rowAt struct {
	row
	err   error
	frame uint64 // the CFA minus the stack pointer, read from the prologue; 0: unknown
}

// errNotCode is returned for files that are not ELF files of this architecture.
var errNotCode = errors.New("unwind: not a 64-bit file for amd64")

// newModule reads the call frame information of a file. The file stays open.
func newModule(path string, from io.ReaderAt) (*module, error) {
	file, err := elf.NewFile(from)
	if err != nil {
		return nil, fmt.Errorf("unwind: %s: %w", path, err)
	}
	if file.Class != elf.ELFCLASS64 || file.Machine != elf.EM_X86_64 {
		return nil, errNotCode
	}
	m := &module{path: path, from: from, file: file, rows: map[uint64]*rowAt{}, calls: map[uint64]call{}}
	for _, p := range file.Progs {
		if p.Type == elf.PT_LOAD && p.Flags&elf.PF_X != 0 {
			m.code = append(m.code, p)
		}
	}
	for _, s := range file.Sections {
		eh := s.Name == ".eh_frame"
		switch {
		case strings.HasPrefix(s.Name, ".plt"):
			m.plt = append(m.plt, span{s.Addr, s.Addr + s.Size})
		case s.Name == ".debug_frame", eh && s.Type != elf.SHT_NOBITS:
			if data, err := s.Data(); err == nil { // without it, stacks end here
				m.cfi = append(m.cfi, parseFrames(data, s.Addr, eh))
			}
		}
	}
	return m, nil
}

// address converts an offset in the file to an address. It returns false if there is no code.
func (m *module) address(off uint64) (uint64, bool) {
	for _, p := range m.code {
		if off >= p.Off && off-p.Off < p.Filesz {
			return off - p.Off + p.Vaddr, true
		}
	}
	return 0, false
}

// text returns the code at an address, at most n bytes.
func (m *module) text(addr uint64, n int) []byte {
	for _, p := range m.code {
		if addr >= p.Vaddr && addr-p.Vaddr < p.Filesz {
			b := make([]byte, min(uint64(n), p.Filesz-(addr-p.Vaddr)))
			got, _ := p.ReadAt(b, int64(addr-p.Vaddr)) // a short read gives less code
			return b[:got]
		}
	}
	return nil
}

// at returns the call frame information at an address.
func (m *module) at(addr uint64) *rowAt {
	if r := m.rows[addr]; r != nil {
		return r
	}
	r := &rowAt{err: errCFI}
	for _, f := range m.cfi {
		if r.row, r.err = f.at(addr); r.err == nil {
			break
		}
	}
	switch {
	case r.err != nil:
		r.row, r.err = m.withoutCFI(addr)
	case r.cfaReg == regRBP:
		if p, ok := readPrologue(m.body(r.start, addr)); ok && p.rbp {
			r.frame = p.size
		}
	}
	m.rows[addr] = r
	return r
}

// body returns the code of a function up to an address.
func (m *module) body(start, addr uint64) []byte {
	return m.text(start, int(min(addr-start, prologueBytes)))
}

// withoutCFI returns call frame information of a Go function. The linker leaves out .debug_frame together with DWARF.
func (m *module) withoutCFI(addr uint64) (row, error) {
	n := m.names()
	if n.goFrames == nil {
		return row{}, errCFI
	}
	f := n.golang.PCToFunc(addr)
	if f == nil {
		return row{}, errCFI
	}
	return n.goFrames.at(f, addr)
}

// inPLT reports whether an address is in a stub that jumps to another file.
func (m *module) inPLT(addr uint64) bool {
	return slices.ContainsFunc(m.plt, func(s span) bool { return s.start <= addr && addr < s.end })
}
