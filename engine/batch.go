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

// Batch is a sequence of writes that are applied atomically. A later write to a key overrides an earlier one. The zero
// value is an empty batch. A batch must not be used by several goroutines at once; it can be used again after Reset.
type Batch struct {
	data  []byte // the log record itself; see internal/batch
	count int
	seq   key.Seq // the sequence number of the first write, once it is logged
	err   error   // why the first bad write was rejected

	longest   int              // the length of the longest value
	blobs     []*view.BlobFile // blob files that the batch refers to, each held once per reference
	blobBytes uint64           // total length of the referenced values
}

// Put adds a write of value to key. Both are copied. If a key or value is over the limit, Apply fails. The empty key is
// allowed and sorts before all others.
func (b *Batch) Put(key, value []byte) { b.add(setKind, key, value) }

// Delete adds a deletion of key, which is copied.
func (b *Batch) Delete(key []byte) { b.add(deleteKind, key, nil) }

// DeleteRange adds a deletion of every key in [start, end). Both bounds are copied. It counts as one write, however
// many keys it covers. If end <= start, the range is empty and nothing is added. In particular an empty end does not
// mean "to the last key": the empty key sorts before all others.
func (b *Batch) DeleteRange(start, end []byte) {
	if bytes.Compare(start, end) < 0 {
		b.add(rangeDeleteKind, start, end)
	}
}

// Len returns the number of writes.
func (b *Batch) Len() int { return b.count }

// Seq returns the position of the batch in the order of commits. It is set by Apply. Later commits have greater
// positions, and a crash that loses a commit also loses every commit with a greater one. Seq is 0 if no part of the
// batch reached the log. If Apply returned an error that leaves the outcome open, Seq is the position that the batch
// has if it survived.
func (b *Batch) Seq() uint64 { return uint64(b.seq) }

// Reset empties the batch and keeps its memory.
func (b *Batch) Reset() { b.data, b.count, b.seq, b.err, b.longest = b.data[:0], 0, 0, nil, 0 }

// batches recycles the batches that the engine creates itself.
var batches = sync.Pool{New: func() any { return new(Batch) }}

// batchBytesKept is the largest buffer that is recycled with a batch.
const batchBytesKept = 64 << 10

func newBatch() *Batch { return batches.Get().(*Batch) }

// reuse returns a batch obtained from newBatch to the pool.
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

// addRef adds a write whose value is the given reference into a blob file. The batch must already have its header.
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

// number writes the header. The first operation gets the sequence number first.
func (b *Batch) number(first key.Seq) {
	b.seq = first
	batch.PutHeader(b.data, first, b.count)
}
