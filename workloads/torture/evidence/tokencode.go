package evidence

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"

	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// tokenWriter packs the values of a token.
type tokenWriter struct{ b []byte }

func (w *tokenWriter) hash(name string) {
	w.b = binary.LittleEndian.AppendUint16(w.b, nameHash(name))
}

// text writes a text behind its length.
func (w *tokenWriter) text(s string) {
	w.size(len(s))
	w.b = append(w.b, s...)
}

func (w *tokenWriter) number(all ...uint64) {
	for _, n := range all {
		w.b = binary.AppendUvarint(w.b, n)
	}
}

func (w *tokenWriter) size(all ...int) {
	for _, n := range all {
		w.number(uint64(n))
	}
}

func (w *tokenWriter) signed(n int64) { w.b = binary.AppendVarint(w.b, n) }

// tokenReader unpacks the values of a token in the same order. Values that are missing are zero.
type tokenReader struct {
	b     []byte
	short bool
}

func (r *tokenReader) take(n int) []byte {
	if n > len(r.b) {
		r.short, r.b = true, nil
		return make([]byte, min(n, 2))
	}
	part := r.b[:n]
	r.b = r.b[n:]
	return part
}

func (r *tokenReader) hash() uint16 { return binary.LittleEndian.Uint16(r.take(2)) }

func (r *tokenReader) text(n uint64) string { return string(r.take(int(min(n, 1<<16)))) }

func (r *tokenReader) number() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.short, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

// size reads a number that fits an int. A number that does not fit is replaced by one that is still beyond every
// limit.
func (r *tokenReader) size() int { return int(min(r.number(), math.MaxInt32)) }

func (r *tokenReader) signed() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.short, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

// SameHash reports whether tokens cannot distinguish two names: they contain only a 15-bit hash of each name.
func SameHash(a, b string) bool { return nameHash(a) == nameHash(b) }

// nameHash is a name as tokens carry it. The hash of the empty name is 0.
func nameHash(name string) uint16 {
	if name == "" {
		return 0
	}
	h := fnv.New32a()
	fmt.Fprint(h, name)
	return uint16(h.Sum32()) | 1
}

func nameIn(choices []plan.Choice, hash uint16) string {
	for _, c := range choices {
		if nameHash(c.Name) == hash {
			return c.Name
		}
	}
	return ""
}
