package forge

import (
	"encoding/binary"
	"maps"
	"slices"
	"strings"
)

// forgeable returns the names of the tables to forge: one whose blocks are not compressed, and one with range deletes,
// which is empty if no table has any.
func forgeable(files map[string][]byte) (plain, ranged string) {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !strings.HasSuffix(name, ".sst") {
			continue
		}
		t := tableOf(files[name])
		if plain == "" && len(t.blocks) > 1 && t.blocks[0].kind == 0 {
			plain = name
		}
		if t.ranges != nil {
			ranged = name
		}
	}
	return plain, ranged
}

// tables forges tables of a store.
func tables(files map[string][]byte) (all []Forgery) {
	plain, ranged := forgeable(files)
	return slices.Concat(
		forgedIn(files, plain, forgedParts()), forgedIn(files, plain, forgedColumns()), forgedIn(files, ranged, forgedRanges()),
		forgedIn(files, plain, forgedCounts()),
		forgedIn(files, plain, resized("data", "filter", "properties", "index")), forgedIn(files, ranged, resized("range deletes")),
	)
}

// Restarts returns forgeries of data blocks with restart points, a layout that the tables of the store must have.
func Restarts(files map[string][]byte) []Forgery {
	plain, _ := forgeable(files)
	return forgedIn(files, plain, append(forgedRestarts(), resized("data")...))
}

// forgedIn forges a table in each of the given ways.
func forgedIn(files map[string][]byte, name string, forged []forgedTable) (all []Forgery) {
	for _, f := range forged {
		t := tableOf(files[name])
		f.change(t)
		content := t.bytes()
		made := map[string][]byte{name: content}
		if manifest := manifestOf(files); len(content) != len(files[name]) {
			made[manifest] = sized(files, number(name), uint64(len(content)))
		}
		all = append(all, Forgery{"table: " + f.what, made})
	}
	return all
}

// sized returns the manifest of a store with the size of a table changed.
func sized(files map[string][]byte, num, bytes uint64) []byte {
	return changed(files, func(all []field) []field {
		at := slices.IndexFunc(all, func(f field) bool { return f.tag == tagTable && f.numbers[tableNumber] == num })
		all[at].numbers[tableBytes] = bytes
		return all
	})
}

// forgedTable changes a parsed table.
type forgedTable struct {
	what   string
	change func(t *table)
}

// counting changes a count in the properties.
func counting(what string, n int, to uint64) forgedTable {
	return forgedTable{what, func(t *table) { binary.LittleEndian.PutUint64(t.counts[8*n:], to) }}
}

// forgedCounts makes each count in the properties one lower and one higher.
func forgedCounts() (all []forgedTable) {
	for n, what := range []string{"entries", "the first sequence number", "the last sequence number", "the bytes of keys", "the bytes of values"} {
		by := func(text string, d uint64) {
			all = append(all, forgedTable{what + text, func(t *table) {
				binary.LittleEndian.PutUint64(t.counts[8*n:], binary.LittleEndian.Uint64(t.counts[8*n:])+d)
			}})
		}
		by(", one lower", ^uint64(0))
		by(", one higher", 1)
	}
	return all
}

// saying adds a property in its place; properties ascend by tag.
func saying(what string, tag byte, value ...byte) forgedTable {
	return forgedTable{what, func(t *table) {
		at := slices.IndexFunc(t.properties, func(p property) bool { return p.tag > tag })
		if at < 0 {
			at = len(t.properties)
		}
		t.properties = slices.Insert(t.properties, at, property{tag, value})
	}}
}

// handling changes a handle.
func handling(what, part string, n int, change func(h *handle)) forgedTable {
	return forgedTable{what, func(t *table) {
		t.handled = func(p string, i int, h *handle) {
			if p == part && i == n {
				change(h)
			}
		}
	}}
}

// forgedParts returns forgeries of the parts that all tables have.
func forgedParts() []forgedTable {
	return []forgedTable{
		{"nothing", func(*table) {}},
		{"a newer version", func(t *table) { t.version = 3 }},
		{"no version", func(t *table) { t.version = 0 }},
		{"another magic number", func(t *table) { t.magic++ }},
		counting("more entries", 0, 1000),
		counting("its first sequence number is above its last", 1, 1<<40),
		counting("a sequence number that is too large", 2, 1<<57),
		counting("another number of key bytes", 3, 7),
		counting("another number of value bytes", 4, 7),
		{"another first key", func(t *table) { t.keys[0] = []byte("a") }},
		{"another last key", func(t *table) { t.keys[1] = []byte("z") }},
		saying("an unknown optional property", 1, 1, 2),
		saying("an unknown optional property with the largest tag", 127, 1, 2),
		saying("an unknown mandatory property", 200, 1, 2),
		{"properties out of order", func(t *table) { t.properties = append(t.properties, property{3, []byte{1}}) }},
		saying("a layout twice", tagLayout, 1),
		{"an unknown layout", func(t *table) { t.properties = []property{{tagLayout, []byte{2}}} }},
		{"the default layout, stated", func(t *table) { t.properties = []property{{tagLayout, []byte{0}}} }},
		{"a layout of two bytes", func(t *table) { t.properties = []property{{tagLayout, []byte{1, 1}}} }},
		{"another layout", func(t *table) {
			if t.columns() {
				t.properties = nil
			} else {
				t.properties = []property{{tagLayout, []byte{1}}}
			}
		}},
		{"a filter that denies all keys", func(t *table) { clear(t.filter[:len(t.filter)-1]) }},
		{"a filter without probes", func(t *table) { t.filter[len(t.filter)-1] = 0 }},
		{"a filter with too many probes", func(t *table) { t.filter[len(t.filter)-1] = 8 }},
		{"a filter with another length", func(t *table) { t.filter = t.filter[1:] }},
		{"a filter that is too short", func(t *table) { t.filter = t.filter[len(t.filter)-1:] }},
		{"no filter", func(t *table) { t.filter = nil }},
		{"another last key of a block in the index", func(t *table) { t.index[0].key = append(slices.Clone(t.index[0].key), 'x') }},
		{"another last sequence number of a block in the index", func(t *table) { t.index[0].trailer++ }},
		{"an index out of order", func(t *table) { t.index[0], t.index[1] = t.index[1], t.index[0] }},
		{"an index with the same key twice", func(t *table) { t.index[1] = t.index[0] }},
		{"one more block in the index", func(t *table) { t.blocksMore = 1 }},
		{"one block fewer in the index", func(t *table) { t.blocksMore = -1 }},
		{"blocks in another order", func(t *table) { t.blocks[0], t.blocks[1] = t.blocks[1], t.blocks[0] }},
		{"no blocks", func(t *table) { t.blocks, t.index = nil, nil }},
		{"a block of an unknown type", func(t *table) { t.blocks[0].kind = 7 }},
		{"an uncompressed block marked as compressed", func(t *table) { t.blocks[0].kind = 1 }},
		{"an uncompressed block marked as zstd", func(t *table) { t.blocks[0].kind = 2 }},
		{"a compressed block with a decoded length that is too large", func(t *table) {
			t.blocks[0] = sealed{append(uvarints(nil, 1<<20), t.blocks[0].stored[:100]...), 1}
		}},
		{"a block without bytes", func(t *table) { t.blocks[0].stored = nil }},
		{"a block of four bytes", func(t *table) { t.blocks[0].stored = make([]byte, 4) }},
		handling("a data block at another offset", "data", 1, func(h *handle) { h.offset++ }),
		handling("a longer data block", "data", 1, func(h *handle) { h.length++ }),
		handling("a data block with another checksum", "data", 1, func(h *handle) { h.checksum++ }),
		handling("the filter at another offset", "filter", 0, func(h *handle) { h.offset++ }),
		handling("a longer filter", "filter", 0, func(h *handle) { h.length++ }),
		handling("the properties at another offset", "properties", 0, func(h *handle) { h.offset-- }),
		handling("longer properties", "properties", 0, func(h *handle) { h.length++ }),
		handling("the index at another offset", "index", 0, func(h *handle) { h.offset++ }),
		handling("a shorter index", "index", 0, func(h *handle) { h.length-- }),
		handling("the filter far beyond the end", "filter", 0, func(h *handle) { h.offset = tooLarge }),
	}
}

// forgedRanges returns forgeries of a table with range deletes.
func forgedRanges() []forgedTable {
	ranges := func(what string, count uint32, all ...[]byte) forgedTable {
		return forgedTable{what, func(t *table) {
			t.ranges = append(binary.LittleEndian.AppendUint32(nil, count), slices.Concat(all...)...)
		}}
	}
	one := func(start, end string, sequence uint64) []byte {
		b := append(uvarints(nil, uint64(len(start))), start...)
		b = append(uvarints(b, uint64(len(end))), end...)
		return uvarints(b, sequence)
	}
	const within = 1625
	return []forgedTable{
		ranges("ranges: none", 0),
		ranges("ranges: a larger count than entries", 2, one("key 0150", "key 0170", within)),
		ranges("ranges: a smaller count than entries", 1, one("key 0150", "key 0160", within), one("key 0160", "key 0170", within)),
		ranges("ranges: another", 1, one("key 0151", "key 0170", within)),
		ranges("ranges: one that begins before the table", 1, one("a", "key 0170", within)),
		ranges("ranges: one that ends after the table", 1, one("key 0150", "z", within)),
		ranges("ranges: one that is newer than the table", 1, one("key 0150", "key 0170", 1<<40)),
		ranges("ranges: one with a sequence number that is too large", 1, one("key 0150", "key 0170", 1<<60)),
		ranges("ranges: one with sequence number 0", 1, one("key 0150", "key 0170", 0)),
		ranges("ranges: an empty one", 1, one("key 0150", "key 0150", within)),
		ranges("ranges: two overlapping ones", 2, one("key 0150", "key 0170", within), one("key 0160", "key 0180", within)),
		ranges("ranges: two out of order", 2, one("key 0160", "key 0170", within), one("key 0150", "key 0160", within)),
		ranges("ranges: a truncated one", 1, one("key 0150", "key 0170", within)[:9]),
		{"ranges: a handle of zeros", func(t *table) {
			t.properties[slices.IndexFunc(t.properties, func(p property) bool { return p.tag == tagRanges })].value = make([]byte, handleBytes)
		}},
		{"ranges: a truncated handle", func(t *table) {
			t.properties[slices.IndexFunc(t.properties, func(p property) bool { return p.tag == tagRanges })].value = make([]byte, handleBytes-1)
		}},
		{"ranges: no handle", func(t *table) {
			t.properties = slices.DeleteFunc(t.properties, func(p property) bool { return p.tag == tagRanges })
		}},
	}
}
