package seal

import (
	"encoding/binary"
	"math"
)

// Writer packs the values of a token. Its zero value is empty.
type Writer struct{ b []byte }

// Seal returns what was written as the text of a token.
func (w *Writer) Seal() string { return Text(w.b) }

// Uint16 writes two bytes.
func (w *Writer) Uint16(n uint16) { w.b = binary.LittleEndian.AppendUint16(w.b, n) }

// Number writes numbers; small ones are short.
func (w *Writer) Number(all ...uint64) {
	for _, n := range all {
		w.b = binary.AppendUvarint(w.b, n)
	}
}

// Size writes numbers that are not negative.
func (w *Writer) Size(all ...int) {
	for _, n := range all {
		w.Number(uint64(n))
	}
}

// Signed writes a number that may be negative.
func (w *Writer) Signed(n int64) { w.b = binary.AppendVarint(w.b, n) }

// Text writes a string, preceded by its length.
func (w *Writer) Text(s string) {
	w.Size(len(s))
	w.b = append(w.b, s...)
}

// Reader unpacks the values of a token, in the order in which they were written. Values that are missing are zero, and Short reports
// that one was. Nothing is allocated for a length that the token only claims to have.
type Reader struct {
	b     []byte
	short bool
}

// NewReader returns a reader of what Open returned.
func NewReader(b []byte) Reader { return Reader{b: b} }

// Short reports whether a value was missing or malformed.
func (r *Reader) Short() bool { return r.short }

// Left returns the number of bytes that were not read.
func (r *Reader) Left() int { return len(r.b) }

// take returns the next bytes, or nil if there are fewer.
func (r *Reader) take(n int) []byte {
	if n > len(r.b) {
		r.lack()
		return nil
	}
	part := r.b[:n]
	r.b = r.b[n:]
	return part
}

func (r *Reader) lack() { r.short, r.b = true, nil }

// Uint16 reads two bytes.
func (r *Reader) Uint16() uint16 {
	if b := r.take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

// Number reads a number.
func (r *Reader) Number() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.lack()
		return 0
	}
	r.b = r.b[n:]
	return v
}

// Size reads a number that fits an int. A number that does not fit is replaced by one that is still beyond every limit.
func (r *Reader) Size() int { return int(min(r.Number(), math.MaxInt32)) }

// Signed reads a number that may be negative.
func (r *Reader) Signed() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.lack()
		return 0
	}
	r.b = r.b[n:]
	return v
}

// Text reads a string whose length was read before.
func (r *Reader) Text(length uint64) string { return string(r.take(int(min(length, math.MaxInt32)))) }
