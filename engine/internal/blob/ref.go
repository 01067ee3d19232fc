package blob

import "encoding/binary"

// Ref says where a value is, together with the checksum of the blob there.
type Ref struct {
	File   uint64 // number
	Offset uint64
	Length uint64 // the length of the value
	Sum    uint32
}

// RefBytesMax is the length of the longest encoded Ref.
const RefBytesMax = 3*binary.MaxVarintLen64 + 4

// AppendTo appends the encoded Ref to b.
func (r Ref) AppendTo(b []byte) []byte {
	b = binary.AppendUvarint(b, r.File)
	b = binary.AppendUvarint(b, r.Offset)
	b = binary.AppendUvarint(b, r.Length)
	return binary.LittleEndian.AppendUint32(b, r.Sum)
}

// DecodeRef is the inverse of AppendTo. ok is false if b is not exactly one Ref, or is one that no Writer returns.
func DecodeRef(b []byte) (r Ref, ok bool) {
	for _, field := range [...]*uint64{&r.File, &r.Offset, &r.Length} {
		v, n := binary.Uvarint(b)
		if n <= 0 || v > 1<<62 {
			return Ref{}, false
		}
		*field, b = v, b[n:]
	}
	if len(b) != 4 || r.Offset < FileHeaderBytes {
		return Ref{}, false
	}
	r.Sum = binary.LittleEndian.Uint32(b)
	return r, true
}

// Bytes returns the space that the blob takes in its file.
func (r Ref) Bytes() uint64 { return headerBytes(r.Length) + r.Length }

// End returns the offset of the first byte after the blob.
func (r Ref) End() uint64 { return r.Offset + r.Bytes() }
