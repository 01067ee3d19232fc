package forge

import (
	"fmt"
	"math"
)

// The largest numbers in a store.
const (
	levelMax    = 6
	numberMax   = 1 << 62
	sequenceMax = 1<<55 - 1
	logBytesMax = 8 << 30
	noMax       = 0
)

// edge is a number of an edit and the largest value that it may have.
type edge struct {
	what  string
	tag   byte
	n, i  int // number i of the n-th field with the tag
	limit uint64
}

func edges() []edge {
	return []edge{
		{"the next file number", tagNextFile, 0, 0, numberMax},
		{"the log floor", tagLogFloor, 0, 0, numberMax},
		{"the sequence number", tagSequence, 0, 0, sequenceMax},
		{"the number of a table", tagTable, 1, tableNumber, numberMax},
		{"the bytes of a table", tagTable, 1, tableBytes, noMax},
		{"the entries of a table", tagTable, 1, tableEntries, noMax},
		{"the first sequence number of a table", tagTable, 1, tableMinSequence, sequenceMax},
		{"the last sequence number of a table", tagTable, 1, tableMaxSequence, sequenceMax},
		{"the tombstones of a table", tagTombstones, 0, 0, noMax},
		{"the values in a blob file", tagUses, 0, 1, noMax},
		{"the bytes in a blob file", tagUses, 0, 2, noMax},
		{"the number of a blob file", tagBlobFile, 0, 0, numberMax},
		{"the bytes of a blob file", tagBlobFile, 0, 1, noMax},
		{"the number of a log", tagLogEnd, 0, 0, numberMax},
		{"the end of a log", tagLogEnd, 0, 1, logBytesMax},
	}
}

// forgedEdges sets each number to 0, to one less and one more than its value, to its limit and to one more than that. A
// number without a limit is set to the largest uint64 instead, so that every sum with it overflows. forgedEdges also
// makes tables overlap in each level.
func forgedEdges() (all []forgedEdit) {
	for level := range uint64(levelMax + 1) {
		all = append(all, forgedEdit{fmt.Sprintf("tables with the same keys in level %d", level), func(all []field) []field {
			for n := range 2 {
				all[find(all, tagTable, n)].numbers[tableLevel] = level
			}
			return all
		}})
	}
	for _, e := range edges() {
		set := func(what string, to func(now uint64) uint64) {
			all = append(all, forgedEdit{e.what + what, func(all []field) []field {
				number := &all[find(all, e.tag, e.n)].numbers[e.i]
				*number = to(*number)
				return all
			}})
		}
		set(" is 0", func(uint64) uint64 { return 0 })
		set(" is one lower", func(now uint64) uint64 { return now - 1 })
		set(" is one higher", func(now uint64) uint64 { return now + 1 })
		if e.limit == noMax {
			set(" is the largest number", func(uint64) uint64 { return math.MaxUint64 })
		} else {
			set(" is at its limit", func(uint64) uint64 { return e.limit })
			set(" is one above its limit", func(uint64) uint64 { return e.limit + 1 })
		}
	}
	return all
}
