package batch

import (
	"bytes"
	"encoding/binary"
	"math"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// HeaderBytes is the space for the sequence number of the first write (64 bits) and their count (32 bits).
const HeaderBytes = 8 + 4

// PutHeader fills in the header, for which data has room at its start. first is the sequence number of the first of
// count writes.
func PutHeader(data []byte, first key.Seq, count int) {
	binary.LittleEndian.PutUint64(data, uint64(first))
	binary.LittleEndian.PutUint32(data[8:], uint32(count))
}

// Append appends a write to the encoded writes in data. For a range delete, key and value are its start and end; a
// deletion has no value.
func Append(data []byte, kind key.Kind, user, value []byte) []byte {
	data = append(binary.AppendUvarint(append(data, byte(kind)), uint64(len(user))), user...)
	if kind == key.Delete {
		return data
	}
	return append(binary.AppendUvarint(data, uint64(len(value))), value...)
}

// Reader walks the writes of an encoded batch.
type Reader struct {
	Seq  key.Seq // the sequence number of the next write
	Left int     // writes that Next has not decoded yet
	Rest []byte  // their bytes

	// What Next decoded.
	Kind        key.Kind
	User, Value []byte
}

// Read returns a Reader of an encoded batch; ok is false if the bytes cannot be one.
func Read(data []byte) (r Reader, ok bool) {
	if len(data) < HeaderBytes {
		return Reader{}, false
	}
	count := binary.LittleEndian.Uint32(data[8:])
	return Reader{
		Seq:  key.Seq(binary.LittleEndian.Uint64(data)),
		Left: int(count),
		Rest: data[HeaderBytes:],
	}, count > 0 && count <= math.MaxInt32 && binary.LittleEndian.Uint64(data) <= uint64(key.MaxSeq)-uint64(count)
}

// Follow returns the sequence numbers of the first and last write of an encoded batch that should follow a batch ending
// at last. ok is false if it does not follow, or if the bytes are not a batch; then first is the sequence number found.
func Follow(record []byte, last key.Seq) (first, newLast key.Seq, ok bool) {
	r, ok := Read(record)
	return r.Seq, r.Seq + key.Seq(r.Left) - 1, ok && r.Seq == last+1
}

// Next decodes one write and returns its trailer. ok is false if the bytes are not a valid batch.
func (r *Reader) Next() (tr key.Trailer, ok bool) {
	if len(r.Rest) == 0 || r.Rest[0] > byte(key.BlobSet) {
		return 0, false
	}
	r.Kind, r.Rest = key.Kind(r.Rest[0]), r.Rest[1:]
	if r.User, ok = r.field(); !ok {
		return 0, false
	}
	r.Value = nil
	if r.Kind != key.Delete {
		if r.Value, ok = r.field(); !ok {
			return 0, false
		}
	}
	if r.Kind == key.RangeDelete && bytes.Compare(r.User, r.Value) >= 0 {
		return 0, false
	}
	tr = key.MakeTrailer(r.Seq, r.Kind)
	r.Seq++
	r.Left--
	return tr, true
}

func (r *Reader) field() ([]byte, bool) {
	n, used := binary.Uvarint(r.Rest)
	if used <= 0 || n > uint64(len(r.Rest)-used) {
		return nil, false
	}
	b := r.Rest[used : used+int(n) : used+int(n)]
	r.Rest = r.Rest[used+int(n):]
	return b, true
}
