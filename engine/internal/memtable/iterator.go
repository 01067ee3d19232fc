package memtable

import "github.com/lightningdb/lightning-torture/engine/internal/key"

// An iterator is a place in the list. It sees entries that are added while it runs if they are added ahead of it.
type iterator struct {
	t       *Table
	at      ref // 0 when not valid
	user    []byte
	trailer key.Trailer
}

// NewIterator returns an iterator that is not positioned. It may run while Add is called. Its slices alias the arena:
// unlike those of other iterators they stay valid when it moves. Next and Prev of an iterator that is not valid return
// false.
func (t *Table) NewIterator() key.Iterator { return &iterator{t: t} }

func (i *iterator) moveTo(n ref) bool {
	i.at = n
	if n == 0 {
		i.user, i.trailer = nil, 0
		return false
	}
	i.user, i.trailer = i.t.keyAt(n)
	return true
}

func (i *iterator) First() bool { return i.moveTo(i.t.load(0, 0).ref()) }
func (i *iterator) Last() bool  { return i.moveTo(i.t.last()) }

func (i *iterator) SeekGE(user []byte, seq key.Seq) bool {
	_, from := i.t.search(user, visible(seq), nil)
	return i.moveTo(from)
}

func (i *iterator) SeekLT(user []byte) bool {
	before, _ := i.t.search(user, ^key.Trailer(0), nil)
	return i.moveTo(before)
}

func (i *iterator) Next() bool {
	if i.at == 0 {
		return false
	}
	return i.moveTo(i.t.load(i.at, 0).ref())
}

func (i *iterator) Prev() bool {
	if i.at == 0 {
		return false
	}
	before, _ := i.t.search(i.user, i.trailer, nil)
	return i.moveTo(before)
}

func (i *iterator) Valid() bool          { return i.at != 0 }
func (i *iterator) Key() []byte          { return i.user }
func (i *iterator) Trailer() key.Trailer { return i.trailer }
func (i *iterator) Error() error         { return nil }
func (i *iterator) Close() error         { return nil }

func (i *iterator) Value() []byte {
	if i.at == 0 {
		return nil
	}
	return i.t.valueAt(i.at)
}
