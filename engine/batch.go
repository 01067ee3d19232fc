package engine

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/lightningdb/lightning-torture/engine/internal/batch"
	"github.com/lightningdb/lightning-torture/engine/internal/blob"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// Batch is a sequence of writes that are applied as one. Later ones win over earlier ones of the same key. The zero
// value is an empty batch; it is used by one goroutine, and may be used again after Reset.
type Batch struct {
	data  []byte // what the log records and replay reads: see internal/batch
	count int
	seq   key.Seq // the sequence number of the first write, once it is logged
	err   error   // why the first bad write was rejected

	longest   int              // the length of the longest value
	blobs     []*view.BlobFile // the files that references lead to, if there are any; held for the batch, maybe several times
	blobBytes uint64           // the bytes in these files that the references lead to
}

// Put adds a write of value to key; both are copied. A key or value over the limit makes Apply fail. An empty key is a
// key like any other, and the first of all.
func (b *Batch) Put(key, value []byte) { b.add(setKind, key, value) }

// Delete adds a deletion of key, which is copied.
func (b *Batch) Delete(key []byte) { b.add(deleteKind, key, nil) }

// DeleteRange adds a deletion of every key from start, inclusive, to end, exclusive; both are copied. It is one write,
// however many keys there are. If end is not after start, there is no key between them and nothing is added: an empty
// end is the first key of all, not the end of all keys.
func (b *Batch) DeleteRange(start, end []byte) {
	if bytes.Compare(start, end) < 0 {
		b.add(rangeDeleteKind, start, end)
	}
}

// Len returns the number of writes.
func (b *Batch) Len() int { return b.count }

// Seq returns the place of the batch in the order of commits, after Apply: later commits have greater places, and a
// crash that loses a commit also loses all commits with greater places. It is 0 if nothing of the batch reached the
// log. After an error that leaves open what became of the batch, it is the batch's place if the batch is there.
func (b *Batch) Seq() uint64 { return uint64(b.seq) }

// Reset empties the batch and keeps its memory.
func (b *Batch) Reset() { b.data, b.count, b.seq, b.err, b.longest = b.data[:0], 0, 0, nil, 0 }

// batches keeps the memory of batches that the engine makes itself.
var batches = sync.Pool{New: func() any { return new(Batch) }}

// batchBytesKept is the size up to which a batch's memory is kept.
const batchBytesKept = 64 << 10

func newBatch() *Batch { return batches.Get().(*Batch) }

// reuse gives back a batch of newBatch.
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
		var header [batch.HeaderBytes]byte
		b.data = append(b.data, header[:]...)
	}
	b.data = batch.Append(b.data, kind, user, value)
	if kind != key.Delete {
		b.longest = max(b.longest, len(value))
	}
	b.count++
}

// addRef adds a write of the value that a reference leads to. The header is there already.
func (b *Batch) addRef(user []byte, ref blob.Ref) {
	var encoded [blob.RefBytesMax]byte
	b.data = batch.Append(b.data, key.BlobSet, user, ref.AppendTo(encoded[:0]))
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
	batch.PutHeader(b.data, first, b.count)
}
