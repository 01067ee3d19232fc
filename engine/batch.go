package engine

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"sync"

	"github.com/lightningdb/lightning-torture/engine/internal/blob"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/memtable"
)

// batchHeaderBytes is the space for the sequence number of the first operation (64 bits) and their count (32 bits).
const batchHeaderBytes = 8 + 4

// Batch is a sequence of writes that are applied as one. Later ones win over earlier ones of the same key. The zero
// value is an empty batch; it is used by one goroutine, and may be used again after Reset.
type Batch struct {
	// data is at once what the log records and what replay reads:
	//   seq u64 | count u32 | { kind u8 | key length uvarint | key | unless Delete: value length uvarint | value } ...
	// where the key and the value of a RangeDelete are its start and its end.
	data  []byte
	count int
	seq   key.Seq // of the first write, once it is logged
	err   error   // the first write that cannot be

	longest   int         // of the values
	blobs     []*blobFile // that references lead to, if there are any; held for the batch, maybe several times
	blobBytes uint64      // that the references take there
}

// Put adds a write of value to key; both are copied. A key or value over the limit makes Apply fail. An empty key is a
// key like others, and the first of all.
func (b *Batch) Put(key, value []byte) { b.add(setKind, key, value) }

// Delete adds a deletion of key, which is copied.
func (b *Batch) Delete(key []byte) { b.add(deleteKind, key, nil) }

// DeleteRange adds a deletion of every key from start, inclusive, to end, exclusive; both are copied. It is one write,
// however many keys there are. If end is not behind start, there is no key between them and nothing is added: an empty
// end is the first key of all, not the end of all keys.
func (b *Batch) DeleteRange(start, end []byte) {
	if bytes.Compare(start, end) < 0 {
		b.add(rangeDeleteKind, start, end)
	}
}

// Len returns the number of writes.
func (b *Batch) Len() int { return b.count }

// Seq returns the place of the batch in the order of commits, after Apply: later commits have greater ones, and a crash
// that loses a commit loses all of greater ones too. It is 0 if nothing of the batch came as far as the log; after an
// error that leaves open what became of the batch, it is its place if it is there.
func (b *Batch) Seq() uint64 { return uint64(b.seq) }

// Reset empties the batch and keeps its memory.
func (b *Batch) Reset() { b.data, b.count, b.seq, b.err, b.longest = b.data[:0], 0, 0, nil, 0 }

// batches keeps the memory of those that the engine makes itself.
var batches = sync.Pool{New: func() any { return new(Batch) }}

// batchBytesKept is the size up to which a batch's memory is kept.
const batchBytesKept = 64 << 10

func newBatch() *Batch { return batches.Get().(*Batch) }

// reuse ends the use of a batch of newBatch.
func reuse(b *Batch) {
	if b.Reset(); cap(b.data) <= batchBytesKept {
		batches.Put(b)
	}
}

const (
	setKind         = key.Set
	deleteKind      = key.Delete
	rangeDeleteKind = key.RangeDelete
)

func (b *Batch) add(kind key.Kind, user, value []byte) {
	if err := checkSizes(kind, user, value); err != nil && b.err == nil {
		b.err = err
	}
	if total := len(b.data) + len(user) + len(value) + 32; total > BatchBytesMax && b.err == nil {
		b.err = fmt.Errorf("%w: batch of %d bytes", ErrTooLarge, total)
	}
	if b.err != nil {
		return
	}
	if len(b.data) == 0 {
		var header [batchHeaderBytes]byte
		b.data = append(b.data, header[:]...)
	}
	b.data = append(binary.AppendUvarint(append(b.data, byte(kind)), uint64(len(user))), user...)
	if kind != key.Delete {
		b.longest = max(b.longest, len(value))
		b.data = append(binary.AppendUvarint(b.data, uint64(len(value))), value...)
	}
	b.count++
}

// addRef adds a write of the value that a reference leads to. The header is there already.
func (b *Batch) addRef(user []byte, ref blob.Ref) {
	var encoded [blob.RefBytesMax]byte
	value := ref.AppendTo(encoded[:0])
	b.data = append(binary.AppendUvarint(append(b.data, byte(key.BlobSet)), uint64(len(user))), user...)
	b.data = append(binary.AppendUvarint(b.data, uint64(len(value))), value...)
	b.blobBytes += ref.Bytes()
}

func checkSizes(kind key.Kind, user, value []byte) error {
	if len(user) > KeyBytesMax {
		return fmt.Errorf("%w: key of %d bytes", ErrTooLarge, len(user))
	}
	if kind == key.RangeDelete && len(value) > KeyBytesMax {
		return fmt.Errorf("%w: end of a range of %d bytes", ErrTooLarge, len(value))
	}
	if len(value) > ValueBytesMax {
		return fmt.Errorf("%w: value of %d bytes", ErrTooLarge, len(value))
	}
	return nil
}

// number writes the header; first is the sequence number of the first operation.
func (b *Batch) number(first key.Seq) {
	b.seq = first
	binary.LittleEndian.PutUint64(b.data, uint64(first))
	binary.LittleEndian.PutUint32(b.data[8:], uint32(b.count))
}

// batchReader walks the operations of an encoded batch.
type batchReader struct {
	seq  key.Seq // of the next operation
	left int
	rest []byte

	kind        key.Kind
	user, value []byte
}

func readBatch(data []byte) (batchReader, bool) {
	if len(data) < batchHeaderBytes {
		return batchReader{}, false
	}
	count := binary.LittleEndian.Uint32(data[8:])
	return batchReader{
		seq:  key.Seq(binary.LittleEndian.Uint64(data)),
		left: int(count),
		rest: data[batchHeaderBytes:],
	}, count > 0 && count <= math.MaxInt32
}

// next decodes an operation and returns its trailer; ok is false if the bytes are not a batch.
func (r *batchReader) next() (tr key.Trailer, ok bool) {
	if len(r.rest) == 0 || r.rest[0] > byte(key.BlobSet) {
		return 0, false
	}
	r.kind, r.rest = key.Kind(r.rest[0]), r.rest[1:]
	if r.user, ok = r.field(); !ok {
		return 0, false
	}
	r.value = nil
	if r.kind != key.Delete {
		if r.value, ok = r.field(); !ok {
			return 0, false
		}
	}
	if r.kind == key.RangeDelete && bytes.Compare(r.user, r.value) >= 0 {
		return 0, false
	}
	tr = key.MakeTrailer(r.seq, r.kind)
	r.seq++
	r.left--
	return tr, true
}

func (r *batchReader) field() ([]byte, bool) {
	n, used := binary.Uvarint(r.rest)
	if used <= 0 || n > uint64(len(r.rest)-used) {
		return nil, false
	}
	b := r.rest[used : used+int(n) : used+int(n)]
	r.rest = r.rest[used+int(n):]
	return b, true
}

// insert adds the operations of an encoded batch to a memtable and returns the last sequence number.
func (m *mem) insert(data []byte, in *memtable.Inserter, file string) (key.Seq, error) {
	r, ok := readBatch(data)
	for ok && r.left > 0 {
		var tr key.Trailer
		if tr, ok = r.next(); ok {
			m.add(in, r.user, tr, r.value)
		}
	}
	if !ok || len(r.rest) > 0 {
		return 0, corrupt.At(file, 0, "batch at sequence number %d is not one", r.seq)
	}
	return r.seq - 1, nil
}
