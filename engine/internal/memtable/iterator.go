package memtable

import "github.com/lightningdb/lightning-torture/engine/internal/key"

// An iterator is a position in the list. It sees entries added while it runs if they are added ahead of it.
type iterator struct {
	t  *Table
	at *node // nil when not valid
}

// NewIterator returns an unpositioned iterator. It may be used while entries are added. Its slices alias the arena, so
// unlike those of other iterators they stay valid when it moves. Next and Prev return false if the iterator is not
// valid.
func (t *Table) NewIterator() key.Iterator { return &iterator{t: t} }

func (i *iterator) moveTo(r ref) bool {
	if r == 0 {
		i.at = nil
		return false
	}
	i.at = i.t.arena.at(r)
	return true
}

func (i *iterator) First() bool { return i.moveTo(i.t.headNode().load(0).ref()) }
func (i *iterator) Last() bool  { return i.moveTo(i.t.last()) }

func (i *iterator) SeekGE(user []byte, seq key.Seq) bool {
	g := targetOf(user, visible(seq))
	_, from := i.t.search(&g)
	return i.moveTo(from)
}

func (i *iterator) SeekLT(user []byte) bool {
	g := targetOf(user, ^key.Trailer(0))
	before, _ := i.t.search(&g)
	return i.moveTo(before)
}

func (i *iterator) Next() bool {
	return i.at != nil && i.moveTo(i.at.load(0).ref())
}

func (i *iterator) Prev() bool {
	if i.at == nil {
		return false
	}
	g := targetOf(i.at.user(), i.at.trailer)
	before, _ := i.t.search(&g)
	return i.moveTo(before)
}

func (i *iterator) Valid() bool  { return i.at != nil }
func (i *iterator) Error() error { return nil }
func (i *iterator) Close() error { return nil }

func (i *iterator) Key() []byte {
	if i.at == nil {
		return nil
	}
	return i.at.user()
}

func (i *iterator) Trailer() key.Trailer {
	if i.at == nil {
		return 0
	}
	return i.at.trailer
}

func (i *iterator) Value() []byte {
	if i.at == nil {
		return nil
	}
	return i.at.value()
}
