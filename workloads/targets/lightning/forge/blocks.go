package forge

import (
	"encoding/binary"
	"slices"
)

// columnsTail is the size of the end of a columnar block: the number of key bytes shared, and the number of entries.
const columnsTail = 8

// columnBlock is a columnar data block; its other fields are parts of the payload.
type columnBlock struct {
	payload        []byte
	count          int
	offsets, hints []byte
}

func columnsOf(payload []byte) columnBlock {
	c := columnBlock{payload: payload, count: int(binary.LittleEndian.Uint32(payload[len(payload)-4:]))}
	end := len(payload) - columnsTail
	c.hints = payload[end-4*c.count : end]
	c.offsets = payload[end-8*c.count : end-4*c.count]
	return c
}

// entry returns the bytes of an entry other than the last one.
func (c *columnBlock) entry(i int) []byte {
	return c.payload[binary.LittleEndian.Uint32(c.offsets[4*i:]):binary.LittleEndian.Uint32(c.offsets[4*i+4:])]
}

// twins returns the index of the first entry that is as long as the next one.
func (c *columnBlock) twins() int {
	for i := range c.count - 2 {
		if len(c.entry(i)) == len(c.entry(i+1)) {
			return i
		}
	}
	panic("forge: no two neighbouring entries have the same length")
}

// forgedColumns returns forgeries of a columnar data block. None of them changes the length of the block.
func forgedColumns() []forgedTable {
	forged := func(what string, change func(c columnBlock)) forgedTable {
		return forgedTable{"columns: " + what, func(t *table) { change(columnsOf(t.blocks[1].stored)) }}
	}
	number := func(what string, of func(c columnBlock) []byte, to uint32) forgedTable {
		return forged(what, func(c columnBlock) { binary.LittleEndian.PutUint32(of(c), to) })
	}
	by := func(what string, of func(c columnBlock) []byte, d uint32) forgedTable {
		return forged(what, func(c columnBlock) { binary.LittleEndian.PutUint32(of(c), binary.LittleEndian.Uint32(of(c))+d) })
	}
	const oneLess = ^uint32(0)
	count := func(c columnBlock) []byte { return c.payload[len(c.payload)-4:] }
	shared := func(c columnBlock) []byte { return c.payload[len(c.payload)-8:] }
	second := func(c columnBlock) []byte { return c.offsets[4:] }
	return []forgedTable{
		forged("two entries in another order", func(c columnBlock) {
			i := c.twins()
			before := slices.Clone(c.entry(i))
			copy(c.entry(i), c.entry(i+1))
			copy(c.entry(i+1), before)
			hint := slices.Clone(c.hints[4*i : 4*i+4])
			copy(c.hints[4*i:], c.hints[4*i+4:4*i+8])
			copy(c.hints[4*i+4:], hint)
		}),
		forged("an entry twice", func(c columnBlock) {
			i := c.twins()
			copy(c.entry(i+1), c.entry(i))
			copy(c.hints[4*i+4:4*i+8], c.hints[4*i:])
		}),
		forged("an entry of an unknown kind", func(c columnBlock) { c.entry(0)[0] = 9 }),
		forged("an entry that is a range delete", func(c columnBlock) { c.entry(0)[0] = 2 }),
		forged("an entry whose value is not a reference, although its kind says so", func(c columnBlock) { c.entry(0)[0] = 3 }),
		forged("a deleted entry", func(c columnBlock) { c.entry(0)[0] = 0 }),
		forged("another sequence number", func(c columnBlock) { c.entry(0)[7] = 77 }),
		forged("a key longer than its entry", func(c columnBlock) { c.entry(0)[8] = 0x7f }),
		number("the hint of another key", func(c columnBlock) []byte { return c.hints }, 0xffffffff),
		number("no entries", count, 0),
		number("more entries than fit", count, 1<<30),
		number("no shared bytes", shared, 0),
		number("more shared bytes than a key has", shared, 1<<20),
		number("an entry that begins within another", second, 3),
		number("an entry that begins beyond the end", second, 1<<20),
		by("one entry fewer", count, oneLess),
		by("one entry more", count, 1),
		by("one shared byte fewer", shared, oneLess),
		by("one shared byte more", shared, 1),
		by("an entry that begins a byte earlier", second, oneLess),
		by("an entry that begins a byte later", second, 1),
		by("a hint that is one lower", func(c columnBlock) []byte { return c.hints[4:] }, oneLess),
		number("a first entry that does not begin at offset 0", func(c columnBlock) []byte { return c.offsets }, 1),
	}
}

// forgedRestarts returns forgeries of a data block with restart points. None of them changes the length of the block.
func forgedRestarts() []forgedTable {
	forged := func(what string, change func(payload []byte)) forgedTable {
		return forgedTable{"restarts: " + what, func(t *table) { change(t.blocks[1].stored) }}
	}
	const kindAt = 3 // the first entry begins with three lengths of one byte each
	restarts := func(payload []byte) []byte {
		count := int(binary.LittleEndian.Uint32(payload[len(payload)-4:]))
		return payload[len(payload)-4-4*count:]
	}
	return []forgedTable{
		forged("no restart points", func(p []byte) { binary.LittleEndian.PutUint32(p[len(p)-4:], 0) }),
		forged("more restart points than fit", func(p []byte) { binary.LittleEndian.PutUint32(p[len(p)-4:], 1<<30) }),
		forged("a restart point too few", func(p []byte) {
			binary.LittleEndian.PutUint32(p[len(p)-4:], binary.LittleEndian.Uint32(p[len(p)-4:])-1)
		}),
		forged("a restart point too many", func(p []byte) {
			binary.LittleEndian.PutUint32(p[len(p)-4:], binary.LittleEndian.Uint32(p[len(p)-4:])+1)
		}),
		forged("a first restart point that is not at offset 0", func(p []byte) { binary.LittleEndian.PutUint32(restarts(p), 1) }),
		forged("a restart point inside an entry", func(p []byte) {
			binary.LittleEndian.PutUint32(restarts(p)[4:], binary.LittleEndian.Uint32(restarts(p)[4:])+1)
		}),
		forged("a restart point beyond the end", func(p []byte) { binary.LittleEndian.PutUint32(restarts(p)[4:], 1<<20) }),
		forged("a first entry that shares bytes", func(p []byte) { p[0] = 3 }),
		forged("a key longer than the block", func(p []byte) { p[1] = 0x7f }),
		forged("a longer value", func(p []byte) { p[2]++ }),
		forged("an entry of an unknown kind", func(p []byte) { p[kindAt] = 9 }),
		forged("a deleted entry", func(p []byte) { p[kindAt] = 0 }),
		forged("another sequence number", func(p []byte) { p[kindAt+7] = 77 }),
	}
}
