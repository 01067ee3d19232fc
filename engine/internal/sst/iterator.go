package sst

import "github.com/lightningdb/lightning-torture/engine/internal/key"

// An iterator walks a table. A damaged block or a failed read ends it for good.
type iterator struct {
	r     *Reader
	at    int // number of the block that block walks
	block blockIter
	ahead readAhead
	valid bool
	err   error
}

// NewIterator returns an unpositioned iterator. A seek reads one block, through the cache. A scan (First, Last, or a
// step into the next block) reads growing runs of blocks and bypasses the cache, so that it neither fills nor needs it.
// Next and Prev return false if the iterator is not valid. After an error every movement returns false.
func (r *Reader) NewIterator() key.Iterator {
	if err := r.load(); err != nil {
		return &iterator{r: &Reader{}, err: err}
	}
	return &iterator{r: r, block: blockIter{layout: r.layout}, ahead: readAhead{r: r}}
}

// A source returns the payload of a data block.
type source func(block int) ([]byte, error)

// enter starts on a block. It returns false if there is no such block or it cannot be read.
func (i *iterator) enter(at int, from source) bool {
	if i.err != nil || at < 0 || at >= len(i.r.index) {
		return false
	}
	payload, err := from(at)
	if err != nil {
		i.err = err
		return false
	}
	i.at = at
	if i.block.reset(payload) != nil {
		i.fail()
		return false
	}
	return true
}

// settle ends a movement whose last step within a block returned ok.
func (i *iterator) settle(ok bool) bool {
	i.valid = ok
	if i.block.broken && i.err == nil {
		i.fail()
	}
	return ok
}

// fail ends the iterator because its block is malformed.
func (i *iterator) fail() {
	i.err = i.r.malformed(i.r.index[i.at].handle, "block")
}

func (i *iterator) First() bool {
	return i.settle(i.enter(0, i.ahead.forward) && i.block.first())
}

func (i *iterator) Last() bool {
	return i.settle(i.enter(len(i.r.index)-1, i.ahead.backward) && i.block.last())
}

func (i *iterator) SeekGE(user []byte, seq key.Seq) bool { return i.settle(i.seek(user, visible(seq))) }

// seek moves to the first entry that is not before (user, tr).
func (i *iterator) seek(user []byte, tr key.Trailer) bool {
	i.ahead.restart()
	if !i.enter(i.r.seekIndex(user, tr), i.r.block) {
		return false
	}
	ok := i.block.seek(user, tr)
	i.block.broken = !ok // according to the index, the block has such an entry
	return ok
}

func (i *iterator) SeekLT(user []byte) bool {
	if i.seek(user, ^key.Trailer(0)) {
		return i.settle(i.back(i.r.block))
	}
	if i.err != nil || i.block.broken {
		return i.settle(false)
	}
	return i.settle(i.enter(len(i.r.index)-1, i.r.block) && i.block.last())
}

func (i *iterator) Next() bool {
	if !i.valid {
		return false
	}
	if i.block.next() {
		return true
	}
	return i.settle(!i.block.broken && i.enter(i.at+1, i.ahead.forward) && i.block.first())
}

func (i *iterator) Prev() bool { return i.valid && i.settle(i.back(i.ahead.backward)) }

// back moves to the previous entry. If that is in the previous block, it is read with from.
func (i *iterator) back(from source) bool {
	return i.block.prev() || !i.block.broken && i.enter(i.at-1, from) && i.block.last()
}

func (i *iterator) Valid() bool { return i.valid }

func (i *iterator) Key() []byte { return i.block.user }

func (i *iterator) Trailer() key.Trailer { return i.block.trailer }

func (i *iterator) Value() []byte { return i.block.value }

func (i *iterator) Error() error { return i.err }

func (i *iterator) Close() error { return nil }
