package forge

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
)

// tooLarge is a number above every valid file number and sequence number.
const tooLarge = 1<<63 + 12345

// manifests forges the manifest of a store, field by field.
func manifests(files map[string][]byte) (all []Forgery) {
	name, num := one(files, "MANIFEST-", "")
	read := chunks(files[name])
	at := records(read)[0]
	with := func(what string, payload []byte) {
		made := slices.Clone(read)
		made[at].payload = payload
		all = append(all, Forgery{"manifest: " + what, map[string][]byte{name: join(num, made)}})
	}
	for _, f := range slices.Concat(forgedNumbers(), forgedTablesOf(), forgedFiles(), forgedEdges()) {
		forged := fields(bytes.Clone(read[at].payload))
		for i := range forged {
			forged[i].numbers = slices.Clone(forged[i].numbers)
		}
		with(f.what, edit(f.change(forged)))
	}
	payload := read[at].payload
	with("an unknown field", append(bytes.Clone(payload), 12, 1))
	with("a truncated key", append(bytes.Clone(payload), append([]byte{tagTable}, uvarints(nil, 0, 99, 1, 1, 1, 1, 50)...)...))
	for _, r := range resizings() {
		with("an edit "+r.what, r.change(payload))
	}
	chunked := func(what string, made ...chunk) {
		all = append(all, Forgery{"manifest: " + what, map[string][]byte{name: join(num, made)}})
	}
	second := []byte{tagNextFile, 100}
	half := len(payload) / 2
	chunked("no edit", chunk{kind: mark})
	chunked("only the middle of a record", chunk{kind: middle, payload: payload}, chunk{kind: mark})
	chunked("only the end of a record", chunk{kind: last, payload: payload}, chunk{kind: mark})
	chunked("a record in three parts", chunk{kind: first, payload: payload[:half]}, chunk{kind: mark},
		chunk{kind: middle, payload: payload[half : half+9]}, chunk{kind: last, payload: payload[half+9:]}, chunk{kind: mark})
	chunked("a record inside another", chunk{kind: first, payload: payload[:half]}, chunk{kind: whole, payload: second}, chunk{kind: mark})
	chunked("a record without its end", chunk{kind: first, payload: payload[:half]}, chunk{kind: mark, synced: 20000})
	chunked("a damaged record that a later mark proves durable", chunk{kind: whole, payload: payload}, chunk{kind: 7, payload: second}, chunk{kind: mark, synced: 20000})
	chunked("an unknown chunk at the end", chunk{kind: whole, payload: payload}, chunk{kind: 7, payload: second})
	return all
}

// forgedEdit changes the fields of the manifest's only edit; change may modify them in place.
type forgedEdit struct {
	what   string
	change func(all []field) []field
}

// setting sets number i of the n-th field with a tag.
func setting(what string, tag byte, n, i int, to uint64) forgedEdit {
	return forgedEdit{what, func(all []field) []field {
		all[find(all, tag, n)].numbers[i] = to
		return all
	}}
}

// adding adds fields at the end.
func adding(what string, more ...field) forgedEdit {
	return forgedEdit{what, func(all []field) []field { return append(all, more...) }}
}

// without removes all fields with a tag.
func without(what string, tag byte) forgedEdit {
	return forgedEdit{what, func(all []field) []field {
		return slices.DeleteFunc(all, func(f field) bool { return f.tag == tag })
	}}
}

// forgedNumbers forges the version and the numbers of a store.
func forgedNumbers() []forgedEdit {
	return []forgedEdit{
		setting("a newer version", tagVersion, 0, 0, 4),
		without("no version", tagVersion),
		setting("the next file number is too large", tagNextFile, 0, 0, tooLarge),
		setting("the next file number is in use", tagNextFile, 0, 0, 1),
		setting("the log floor is too large", tagLogFloor, 0, 0, tooLarge),
		setting("the log floor is above the log", tagLogFloor, 0, 0, 1000),
		setting("the sequence number is too large", tagSequence, 0, 0, tooLarge),
		setting("the sequence number is below those of the log", tagSequence, 0, 0, 1),
	}
}

// forgedTablesOf forges what a manifest records about tables.
func forgedTablesOf() []forgedEdit {
	return []forgedEdit{
		setting("a table with a number that is too large", tagTable, 0, tableNumber, tooLarge),
		setting("a table in a level that does not exist", tagTable, 0, tableLevel, 7),
		setting("a table with more bytes", tagTable, 1, tableBytes, 9000),
		setting("a table with fewer bytes", tagTable, 1, tableBytes, 8000),
		setting("a table with another number of entries", tagTable, 1, tableEntries, 3),
		setting("a table with another first sequence number", tagTable, 1, tableMinSequence, 3),
		setting("a table with another last sequence number", tagTable, 1, tableMaxSequence, 1500),
		setting("a table whose first sequence number is above its last", tagTable, 1, tableMinSequence, 1600),
		setting("a table with a sequence number that is too large", tagTable, 1, tableMaxSequence, tooLarge),
		setting("a table in level 0", tagTable, 1, tableLevel, 0),
		{"a table whose first key is above its last", func(all []field) []field {
			keys := all[find(all, tagTable, 1)].keys
			keys[0], keys[1] = keys[1], keys[0]
			return all
		}},
		{"a table with another first key", func(all []field) []field {
			all[find(all, tagTable, 1)].keys[0] = []byte("key 0099")
			return all
		}},
		{"a table with another last key", func(all []field) []field {
			all[find(all, tagTable, 1)].keys[1] = []byte("key 0232x")
			return all
		}},
		{"a table that is listed twice", func(all []field) []field {
			twice := slices.Clone(group(all, find(all, tagTable, 1)))
			twice[0].numbers = slices.Clone(twice[0].numbers)
			twice[0].numbers[tableLevel] = 3
			return append(all, twice...)
		}},
		{"a table that is added twice", func(all []field) []field { return append(all, group(all, find(all, tagTable, 1))...) }},
		{"a table too few", func(all []field) []field {
			at := find(all, tagTable, 1)
			return slices.Delete(all, at, at+len(group(all, at)))
		}},
		adding("a missing table is deleted", fieldOf(tagGone, 5, 999)),
		adding("a table is deleted from another level", fieldOf(tagGone, 4, 44)),
		adding("a table is deleted", fieldOf(tagGone, 5, 44)),
		{"tombstones without a table", func(all []field) []field { return append([]field{fieldOf(tagTombstones, 1)}, all...) }},
		{"values without a table", func(all []field) []field { return append([]field{fieldOf(tagUses, 1, 1, 1)}, all...) }},
	}
}

// forgedFiles forges what a manifest records about blob files and logs.
func forgedFiles() []forgedEdit {
	return []forgedEdit{
		setting("another number of tombstones", tagTombstones, 0, 0, 3),
		setting("more values in a blob file", tagUses, 0, 1, 77),
		setting("fewer bytes in a blob file", tagUses, 0, 2, 77),
		setting("more bytes than a blob file has", tagUses, 0, 2, 1<<40),
		{"more bytes in a blob file than fit in a number", func(all []field) []field {
			at := find(all, tagUses, 0)
			return slices.Insert(all, at, fieldOf(tagUses, all[at].numbers[0], 1, math.MaxUint64))
		}},
		setting("values in a blob file that is not listed", tagUses, 0, 0, 999),
		without("unlisted blob files", tagBlobFile),
		without("no uses of blob files", tagUses),
		setting("a blob file with more bytes", tagBlobFile, 0, 1, 1<<40),
		setting("a blob file with fewer bytes", tagBlobFile, 0, 1, 100),
		adding("a blob file that no table needs", fieldOf(tagBlobFile, 62, 10032)),
		{"a blob file that is added twice", func(all []field) []field { return append(all, all[find(all, tagBlobFile, 0)]) }},
		adding("a missing blob file is deleted", fieldOf(tagBlobGone, 999)),
		adding("a blob file that is needed is deleted", fieldOf(tagBlobGone, 48)),
		{"two ends of a log", func(all []field) []field { return append(all, all[find(all, tagLogEnd, 0)]) }},
		setting("a log that ends at its beginning", tagLogEnd, 0, 1, 0),
		setting("a log that ends inside a record", tagLogEnd, 0, 1, 1000),
		setting("a log that ends between a header and its record", tagLogEnd, 0, 1, 60),
		setting("a log that ends beyond its file", tagLogEnd, 0, 1, 1802),
		setting("the end of a missing log", tagLogEnd, 0, 0, 61000),
		setting("a log with a number that is too large", tagLogEnd, 0, 0, tooLarge),
		without("no end of the log", tagLogEnd),
	}
}

// markers forges markers, and adds files whose names a store does not use.
func markers(files map[string][]byte) []Forgery {
	manifest, _ := one(files, "MANIFEST-", "")
	marker, _ := oneName(files, "marker.")
	valid := func(name string) []byte {
		return fmt.Appendf(nil, "%s\n%08x\n", name, crc32.Checksum([]byte(name), castagnoli))
	}
	log, _ := one(files, "", ".log")
	later, far := "marker.000009."+manifest, "marker.000009.MANIFEST-4611686018427387905"
	return []Forgery{
		{"a marker with the content of another name", map[string][]byte{marker: valid(later)}},
		{"a later marker without its content", map[string][]byte{later: []byte("marker")}},
		{"a later marker of the same manifest", map[string][]byte{later: valid(later)}},
		{"a later marker of a missing manifest", map[string][]byte{"marker.000009.MANIFEST-000070": valid("marker.000009.MANIFEST-000070")}},
		{"a later marker with a number that is too large", map[string][]byte{far: valid(far)}},
		{"no marker", map[string][]byte{marker: nil}},
		{"no marker, and a foreign file", map[string][]byte{marker: nil, "letter.txt": []byte("dear")}},
		{"no marker, and no manifest", map[string][]byte{marker: nil, manifest: nil}},
		{"a foreign file", map[string][]byte{"letter.txt": []byte("dear")}},
		{"a log whose name has too many digits", map[string][]byte{"0" + log: files[log]}},
		{"a log whose name has too few digits", map[string][]byte{"61.log": files[log]}},
		{"a table with a far higher number", map[string][]byte{"9895604649984.sst": []byte("x")}},
		{"a log with a far higher number", map[string][]byte{"9895604649984.log": []byte("x")}},
		{"a manifest with a far higher number", map[string][]byte{"MANIFEST-9895604649984": []byte("x")}},
		{"a marker with a far higher number", map[string][]byte{"marker.000003.MANIFEST-9895604649984": []byte("x")}},
		{"an unreferenced table", map[string][]byte{"000070.sst": []byte("x")}},
		{"an unreferenced blob file", map[string][]byte{"000070.blob": []byte("x")}},
		{"a log of one byte", map[string][]byte{"000070.log": []byte("x")}},
		{"an empty log", map[string][]byte{"000070.log": {}}},
	}
}

func oneName(files map[string][]byte, prefix string) (string, bool) {
	for name := range files {
		if len(name) > len(prefix) && name[:len(prefix)] == prefix {
			return name, true
		}
	}
	return "", false
}
