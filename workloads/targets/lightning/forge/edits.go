package forge

import "encoding/binary"

// The tags of the fields of an edit.
const (
	tagNextFile = iota + 1
	tagLogFloor
	tagSequence
	tagTable
	tagGone
	tagVersion
	tagBlobFile
	tagBlobGone
	tagUses
	tagTombstones
	tagLogEnd
)

// numbersOf is the number of integers in a field, by its tag. The field of a table has two keys after them.
var numbersOf = map[byte]int{
	tagNextFile: 1, tagLogFloor: 1, tagSequence: 1, tagTable: 6, tagGone: 2, tagVersion: 1, tagBlobFile: 2, tagBlobGone: 1, tagUses: 3, tagTombstones: 1, tagLogEnd: 2,
}

// The indexes of a table's numbers.
const (
	tableLevel = iota
	tableNumber
	tableBytes
	tableEntries
	tableMinSequence
	tableMaxSequence
)

// field is a field of an edit.
type field struct {
	tag     byte
	numbers []uint64
	keys    [][]byte
}

func fieldOf(tag byte, numbers ...uint64) field { return field{tag: tag, numbers: numbers} }

// fields parses an edit.
func fields(edit []byte) (all []field) {
	for len(edit) > 0 {
		f := field{tag: edit[0]}
		edit = edit[1:]
		for range numbersOf[f.tag] {
			v, n := binary.Uvarint(edit)
			f.numbers, edit = append(f.numbers, v), edit[n:]
		}
		if f.tag == tagTable {
			f.keys = make([][]byte, 2)
			f.keys[0], edit = cut(edit)
			f.keys[1], edit = cut(edit)
		}
		all = append(all, f)
	}
	return all
}

// edit is the inverse of fields.
func edit(all []field) (b []byte) {
	for _, f := range all {
		b = uvarints(append(b, f.tag), f.numbers...)
		for _, k := range f.keys {
			b = append(uvarints(b, uint64(len(k))), k...)
		}
	}
	return b
}

// find returns the index of the n-th field with a tag, counting from 0.
func find(all []field, tag byte, n int) int {
	for i, f := range all {
		if f.tag == tag {
			if n--; n < 0 {
				return i
			}
		}
	}
	panic("forge: the manifest has no such field")
}

// group returns the fields about a table, starting at its index.
func group(all []field, at int) []field {
	end := at + 1
	for end < len(all) && (all[end].tag == tagUses || all[end].tag == tagTombstones) {
		end++
	}
	return all[at:end:end]
}
