package unwind

import (
	"bytes"
	"debug/gosym"
	"encoding/binary"
	"sort"
)

// goFrames knows the frame sizes of Go functions from the table that the runtime itself uses (.gopclntab, package internal/abi),
// which is in every Go program. Versions since Go 1.18 are supported.
type goFrames struct {
	text      uint64 // where the addresses in the table begin
	functions []byte // pairs of numbers: the address of a function, and the offset of its record in records
	records   []byte
	values    []byte // of all functions
}

// Magic numbers of the table.
const (
	magic118 = 0xfffffff0
	magic120 = 0xfffffff1
)

// newGoFrames returns nil if it does not understand the table.
func newGoFrames(table []byte, text uint64) *goFrames {
	const header = 8 + 8*8
	if len(table) < header {
		return nil
	}
	if magic := binary.LittleEndian.Uint32(table); magic != magic118 && magic != magic120 {
		return nil
	}
	word := func(n int) uint64 { return binary.LittleEndian.Uint64(table[8+8*n:]) }
	n, values, records := word(0), word(6), word(7)
	size := uint64(len(table))
	if values > size || records > size || n > (size-records)/8 {
		return nil
	}
	return &goFrames{text: text, values: table[values:], records: table[records:], functions: table[records : records+8*n]}
}

// entry returns where a function begins, after text, and the offset of its record.
func (g *goFrames) entry(i int) (start, record uint32) {
	return binary.LittleEndian.Uint32(g.functions[8*i:]), binary.LittleEndian.Uint32(g.functions[8*i+4:])
}

// begins finds the first Go function in the code of a program without symbols. With cgo, code of the C compiler comes
// before it. If the guess is right, many functions begin with a check of the stack limit; otherwise hardly any do.
func (g *goFrames) begins(code []byte) (skip uint64, ok bool) {
	const furthest, alignment, samples, leastShare = 1 << 20, 16, 256, 4
	n, most := len(g.functions)/8, 0
	step := max(1, n/samples)
	for at := 0; at < min(furthest, len(code)); at += alignment {
		matches := 0
		for i := 0; i < n; i += step {
			start, _ := g.entry(i)
			if from := at + int(start); from < len(code) && bytes.HasPrefix(code[from:], looksAtLimit) {
				matches++
			}
		}
		if matches > most {
			skip, most = uint64(at), matches
		}
	}
	return skip, most > n/step/leastShare
}

// looksAtLimit is the beginning of that check, cmp 0x10(%r14),%rsp.
var looksAtLimit = []byte{0x49, 0x3b, 0x66, 0x10}

// at returns the call frame information at an address in a function.
func (g *goFrames) at(f *gosym.Func, addr uint64) (row, error) {
	const pcsp = 16 // offset in a record
	n := len(g.functions) / 8
	i := sort.Search(n, func(i int) bool {
		start, _ := g.entry(i)
		return g.text+uint64(start) > addr
	}) - 1
	if i < 0 {
		return row{}, errCFI
	}
	start, record := g.entry(i)
	if uint64(record)+pcsp+4 > uint64(len(g.records)) || g.text+uint64(start) != f.Entry {
		return row{}, errCFI
	}
	size, ok := g.value(binary.LittleEndian.Uint32(g.records[record+pcsp:]), addr-f.Entry)
	if !ok {
		return row{}, errCFI
	}
	const returnAddress = 8
	r := row{
		start: f.Entry, cfaReg: regRSP, cfaOff: size + returnAddress, cfaKnown: true,
		rip: saved{savedAt, -returnAddress}, rbp: saved{how: elsewhere},
	}
	if f.Name == "runtime.goexit" {
		r.rip.how = undefined
	}
	return r, nil
}

// value returns the value for an offset in a function. A list of values has pairs of differences: of the value, and of the offset
// where the next one begins.
func (g *goFrames) value(at uint32, offset uint64) (int64, bool) {
	r := reader{b: g.values, pos: uint64(at)}
	value, end := int64(-1), uint64(0)
	for first := true; ; first = false {
		change := r.uleb()
		if r.bad || change == 0 && !first {
			return 0, false
		}
		if change&1 != 0 {
			value += ^int64(change >> 1)
		} else {
			value += int64(change >> 1)
		}
		if end += r.uleb(); offset < end {
			return value, !r.bad && value >= 0
		}
	}
}
