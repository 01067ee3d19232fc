package unwind

import (
	"cmp"
	"errors"
	"slices"
)

// DWARF numbers of the registers of amd64 that are followed.
const (
	regRBP = 6
	regRSP = 7
	regRIP = 16
)

// saved says where a caller's register is.
type saved struct {
	how how
	off int64 // savedAt: relative to the CFA
}

type how uint8

const (
	unchanged how = iota // still in the register
	savedAt              // on the stack
	undefined            // there is no caller
	elsewhere            // in a way that is not supported
)

// row is the call frame information at an address. The CFA (canonical frame address) is the stack pointer before the call.
type row struct {
	start    uint64 // of the function
	cfaReg   uint64
	cfaOff   int64
	cfaKnown bool // the CFA is cfaReg + cfaOff
	rbp, rip saved
}

// cie has what several functions have in common.
type cie struct {
	codeAlign uint64
	dataAlign int64
	addresses uint8 // encoding of the addresses in the entries of functions
	augmented bool
	initial   []byte // instructions
}

// entry is the call frame information of a function.
type entry struct {
	start, end uint64
	cie        *cie
	program    []byte // instructions
}

// frames is the call frame information of a file, sorted by address.
type frames []entry

// errCFI is returned for call frame information that is damaged or not supported.
var errCFI = errors.New("unwind: call frame information")

// parseFrames parses a section: .eh_frame, which the linker places at an address, or .debug_frame. Entries that it does not
// understand are left out.
func parseFrames(section []byte, at uint64, eh bool) frames {
	cies := map[uint64]*cie{}
	var all frames
	for off := uint64(0); off+4 <= uint64(len(section)); {
		r := reader{b: section, pos: off}
		size, wide := uint64(r.u32()), false
		if size == 0xffffffff {
			size, wide = r.u64(), true
		}
		if size == 0 && eh || r.bad || size > uint64(len(section))-r.pos {
			break
		}
		body := r.pos
		end := body + size
		r.b = section[:end]
		id := uint64(r.u32())
		if wide {
			r.pos = body
			id = r.u64()
		}
		isCIE := !eh && (id == 0xffffffff || wide && id == 1<<64-1) || eh && id == 0
		switch {
		case r.bad:
		case isCIE:
			cies[off] = parseCIE(&r, eh)
		default:
			ref := id
			if eh {
				ref = body - id
			}
			if c := cies[ref]; c != nil {
				if e, ok := parseEntry(&r, c, at); ok {
					all = append(all, e)
				}
			}
		}
		off = end
	}
	slices.SortStableFunc(all, func(a, b entry) int { return cmp.Compare(a.start, b.start) })
	return all
}

// parseCIE returns nil if it does not understand the entry.
func parseCIE(r *reader, eh bool) *cie {
	version := r.u8()
	augmentation := r.text()
	if !eh && version >= 4 {
		r.skip(2) // sizes of addresses and segment selectors
	}
	c := &cie{codeAlign: r.uleb(), dataAlign: r.sleb()}
	if version == 1 {
		r.skip(1) // the return address register, which is always regRIP
	} else {
		r.uleb()
	}
	if augmentation != "" && augmentation[0] != 'z' {
		return nil
	}
	if augmentation != "" {
		c.augmented = true
		size := r.uleb()
		end := r.pos + size
		for _, letter := range augmentation[1:] {
			switch letter {
			case 'R':
				c.addresses = r.u8()
			case 'L':
				r.skip(1)
			case 'P':
				r.pointer(r.u8(), 0)
			case 'S', 'B':
			default:
				return nil
			}
		}
		r.pos = end
	}
	c.initial = r.rest()
	if r.bad {
		return nil
	}
	return c
}

func parseEntry(r *reader, c *cie, at uint64) (entry, bool) {
	e := entry{cie: c}
	e.start = r.pointer(c.addresses, at)
	e.end = e.start + r.pointer(c.addresses&0x0f, 0)
	if c.augmented {
		r.skip(r.uleb())
	}
	e.program = r.rest()
	return e, !r.bad && e.end > e.start
}

// at returns the call frame information at an address.
func (f frames) at(addr uint64) (row, error) {
	i, exact := slices.BinarySearchFunc(f, addr, func(e entry, addr uint64) int { return cmp.Compare(e.start, addr) })
	if !exact {
		i--
	}
	if i < 0 || addr >= f[i].end {
		return row{}, errCFI
	}
	return f[i].at(addr)
}

func (e *entry) at(addr uint64) (row, error) {
	initial := row{start: e.start}
	m := machine{row: initial, cie: e.cie, loc: e.start}
	if !m.run(e.cie.initial, addr) {
		return row{}, errCFI
	}
	m.initial, m.loc = m.row, e.start
	if !m.run(e.program, addr) {
		return row{}, errCFI
	}
	return m.row, nil
}
