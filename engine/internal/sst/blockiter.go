package sst

import "github.com/lightningdb/lightning-torture/engine/internal/key"

// A blockIter walks one block. When a movement returns false, the block is malformed if broken is set; otherwise it is
// exhausted.
type blockIter struct {
	block
	entry
	user   []byte // the whole user key, in a buffer of the blockIter or in the block
	broken bool

	layout  Layout  // set once, before the first reset
	columns columns // the block if the layout is Columns, instead of block
	at      int     // index of the entry in columns
	whole   []byte  // buffer for keys whose prefix is stored separately
}

// reset starts on another block.
func (i *blockIter) reset(payload []byte) error {
	if i.layout == Columns {
		c, err := parseColumns(payload)
		i.columns, i.entry, i.broken = c, entry{}, false
		return err
	}
	b, err := parseBlock(payload)
	i.block, i.entry, i.broken = b, entry{}, false
	return err
}

// step reads the entry at offset, whose predecessor is the current one.
func (i *blockIter) step(offset int) bool {
	if !i.decode(offset, &i.entry) || i.shared > len(i.user) {
		i.broken = true
		return false
	}
	i.user = append(i.user[:i.shared], i.suffix...)
	return true
}

// enter reads the entry at a restart point.
func (i *blockIter) enter(restart int) bool {
	i.user = i.user[:0]
	return i.step(i.restart(restart))
}

// jump moves to the entry with the given index, in layout Columns. Its key is not copied if the block stores it whole.
func (i *blockIter) jump(at int) bool {
	if uint(at) >= uint(i.columns.count) {
		return false
	}
	if !i.columns.entry(at, &i.entry) {
		i.broken = true
		return false
	}
	i.at, i.user = at, i.suffix
	if len(i.columns.prefix) > 0 {
		i.whole = append(append(i.whole[:0], i.columns.prefix...), i.suffix...)
		i.user = i.whole
	}
	return true
}

func (i *blockIter) first() bool {
	if i.layout == Columns {
		return i.jump(0)
	}
	return i.enter(0)
}

func (i *blockIter) next() bool {
	if i.layout == Columns {
		return i.jump(i.at + 1)
	}
	return i.entry.next < len(i.entries) && i.step(i.entry.next)
}

func (i *blockIter) last() bool {
	if i.layout == Columns {
		return i.jump(i.columns.count - 1)
	}
	return i.forwardTo(i.restartCount()-1, len(i.entries))
}

// prev decodes again from a restart point in layout Restarts, whose entries can only be read forward.
func (i *blockIter) prev() bool {
	if i.layout == Columns {
		return i.jump(i.at - 1)
	}
	end := i.offset
	if end == 0 {
		return false
	}
	low, high := 0, i.restartCount()-1
	for low < high {
		if middle := (low + high + 1) / 2; i.restart(middle) < end {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return i.forwardTo(low, end)
}

// forwardTo moves from a restart point to the entry that ends at end.
func (i *blockIter) forwardTo(restart, end int) bool {
	ok := i.enter(restart)
	for ok && i.entry.next < end {
		ok = i.step(i.entry.next)
	}
	i.broken = i.broken || i.entry.next != end
	return ok && !i.broken
}

// seek moves to the first entry that is not before (user, tr).
func (i *blockIter) seek(user []byte, tr key.Trailer) bool {
	if i.layout == Columns {
		at, err := i.columns.seek(user, tr, &i.entry)
		i.broken = i.broken || err != nil
		return err == nil && i.jump(at)
	}
	found, err := i.block.seek(user, tr, &i.entry)
	if err != nil {
		i.broken = true
	}
	if !found {
		return false
	}
	i.user = append(append(i.user[:0], user[:i.shared]...), i.suffix...)
	return true
}
