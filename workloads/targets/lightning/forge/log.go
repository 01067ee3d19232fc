package forge

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// The kinds of operations of a batch.
const (
	opDelete = iota
	opSet
	opDeleteRange
	opBlob
)

// batch is a record of a log.
type batch struct {
	sequence   uint64
	count      uint32
	operations []byte
}

func (b batch) bytes() []byte {
	made := binary.LittleEndian.AppendUint64(nil, b.sequence)
	return append(binary.LittleEndian.AppendUint32(made, b.count), b.operations...)
}

func batchOf(record []byte) batch {
	return batch{binary.LittleEndian.Uint64(record), binary.LittleEndian.Uint32(record[8:]), bytes.Clone(record[12:])}
}

// operation encodes an operation of a batch; its fields are keys, values or references.
func operation(kind byte, all ...string) []byte {
	b := []byte{kind}
	for _, f := range all {
		b = append(uvarints(b, uint64(len(f))), f...)
	}
	return b
}

// logs forges the log of a store: its last record, or the chunks around the records. The manifest records where each
// forged log ends.
func logs(files map[string][]byte) (all []Forgery) {
	name, num := one(files, "", ".log")
	read := chunks(files[name])
	at := records(read)
	end := at[len(at)-1]
	with := func(what string, made []chunk) {
		content := join(num, made)
		all = append(all, Forgery{"log: " + what, map[string][]byte{name: content, manifestOf(files): ending(files, uint64(len(content)))}})
	}
	for _, f := range forgedBatches() {
		made := slices.Clone(read)
		made[end].payload = f.change(batchOf(read[end].payload)).bytes()
		with(f.what, made)
	}
	replaced := func(what string, c chunk) {
		made := slices.Clone(read)
		made[end] = c
		with(what, made)
	}
	replaced("a record that is not a batch", chunk{kind: whole, payload: []byte("no batch")})
	replaced("only the middle of a record", chunk{kind: middle, payload: read[end].payload})
	replaced("a record without its end", chunk{kind: first, payload: read[end].payload})
	replaced("an unknown chunk", chunk{kind: 7, payload: read[end].payload})
	for _, r := range resizings() {
		replaced("a record "+r.what, chunk{kind: whole, payload: r.change(read[end].payload)})
		with("a beginning "+r.what, append([]chunk{{kind: begin, payload: r.change(uvarints(nil, num-1, 1<<40))}}, withoutBeginning(read)...))
	}
	with("a record twice", append(slices.Clone(read), read[end]))
	with("a record too few", slices.Delete(slices.Clone(read), at[1], at[1]+1))
	with("no records", []chunk{{kind: mark}})
	for what, before := range map[string][]byte{
		"it follows a log that is missing": uvarints(nil, 60, 100), "it follows itself": uvarints(nil, num, 100), "it follows a longer one": uvarints(nil, 58, 1<<40),
		"it does not name its predecessor": nil,
	} {
		with(what, append([]chunk{{kind: begin, payload: before}}, withoutBeginning(read)...))
	}
	slices.SortStableFunc(all, func(a, b Forgery) int { return bytes.Compare([]byte(a.Name), []byte(b.Name)) })
	return append(all, killed(files, name, num, read)...)
}

func withoutBeginning(all []chunk) []chunk {
	return slices.DeleteFunc(slices.Clone(all), func(c chunk) bool { return c.kind == begin })
}

// killed returns stores that were not closed, so the manifest does not record where logs end.
func killed(files map[string][]byte, name string, num uint64, read []chunk) []Forgery {
	manifest := manifestOf(files)
	open := changed(files, func(all []field) []field {
		return slices.DeleteFunc(all, func(f field) bool { return f.tag == tagLogEnd })
	})
	next := func(before []byte, more ...chunk) []byte {
		return join(num+9, append([]chunk{{kind: begin, payload: before}}, more...))
	}
	later := "000070.log"
	end := batchOf(read[records(read)[len(records(read))-1]].payload)
	commit := chunk{kind: whole, payload: batch{end.sequence + uint64(end.count), 1, operation(opSet, "forged", "value")}.bytes()}
	after := chunk{kind: whole, payload: batch{end.sequence + uint64(end.count) + 1, 1, operation(opSet, "forged", "value")}.bytes()}
	length := uint64(len(files[name]))
	synced := func(c chunk) chunk { c.synced = chunkHeader; return c }
	forged := func(what string, log, following []byte) Forgery {
		return Forgery{"killed: " + what, map[string][]byte{manifest: open, name: log, later: following}}
	}
	return []Forgery{
		forged("a log follows", files[name], next(uvarints(nil, num, length), commit)),
		forged("a log follows that proves a longer one", files[name], next(uvarints(nil, num, length+9), synced(commit))),
		forged("a log follows that proves a shorter one", files[name], next(uvarints(nil, num, length-9), synced(commit))),
		forged("a log follows that proves one byte more", files[name], next(uvarints(nil, num, length+1), synced(commit))),
		forged("a log follows that proves one byte less", files[name], next(uvarints(nil, num, length-1), synced(commit))),
		forged("a log follows a missing log", nil, next(uvarints(nil, num, length), commit)),
		forged("a log follows a missing log and proves that it existed", nil, next(uvarints(nil, num, length), synced(commit))),
		forged("a log follows after a gap", files[name], next(uvarints(nil, num, length), after)),
		forged("a log follows after a gap and proves it", files[name], next(uvarints(nil, num, length), synced(after))),
		forged("a log follows after a gap, beginning with a mark", files[name], next(uvarints(nil, num, length), chunk{kind: mark}, after)),
		forged("a log follows a truncated log", files[name][:len(files[name])-20], next(uvarints(nil, num, length), after)),
		forged("a log follows a truncated log and proves its length", files[name][:len(files[name])-20], next(uvarints(nil, num, length), synced(after))),
		forged("an empty log follows a truncated log and proves its length", files[name][:len(files[name])-20], next(uvarints(nil, num, length), chunk{kind: mark})),
		forged("a log with another number follows", files[name], join(num, []chunk{commit})),
		{"killed: all logs are missing", map[string][]byte{manifest: open, name: nil}},
		{"killed: a table is missing, and an unreferenced one exists", map[string][]byte{manifest: open, "000044.sst": nil, "000070.sst": files["000044.sst"]}},
	}
}

// manifestOf returns the name of the manifest.
func manifestOf(files map[string][]byte) string {
	name, _ := one(files, "MANIFEST-", "")
	return name
}

// ending returns the manifest of a store with the end of its log set.
func ending(files map[string][]byte, end uint64) []byte {
	return changed(files, func(all []field) []field {
		all[find(all, tagLogEnd, 0)].numbers[1] = end
		return all
	})
}

// changed returns the manifest of a store with its fields changed.
func changed(files map[string][]byte, change func([]field) []field) []byte {
	name, num := one(files, "MANIFEST-", "")
	made := chunks(files[name])
	at := records(made)[0]
	made[at].payload = edit(change(fields(made[at].payload)))
	return join(num, made)
}

// forgedBatch changes the last batch of a log.
type forgedBatch struct {
	what   string
	change func(batch) batch
}

// holding replaces the operations of the batch.
func holding(what string, operations ...[]byte) forgedBatch {
	return forgedBatch{what, func(b batch) batch {
		b.count, b.operations = uint32(len(operations)), slices.Concat(operations...)
		return b
	}}
}

func forgedBatches() []forgedBatch {
	reference := func(file, offset, length uint64) string {
		return string(binary.LittleEndian.AppendUint32(uvarints(nil, file, offset, length), 77))
	}
	return []forgedBatch{
		{"one write more than it has", func(b batch) batch { b.count++; return b }},
		{"no writes", func(b batch) batch { b.count = 0; return b }},
		{"too many writes", func(b batch) batch { b.count = 1 << 31; return b }},
		{"an extra byte", func(b batch) batch { b.operations = append(b.operations, 0); return b }},
		{"a missing byte", func(b batch) batch { b.operations = b.operations[:len(b.operations)-1]; return b }},
		{"a skipped commit", func(b batch) batch { b.sequence++; return b }},
		{"a repeated commit", func(b batch) batch { b.sequence--; return b }},
		{"the largest sequence number", func(b batch) batch { b.sequence = 1<<56 - 1; return b }},
		{"a sequence number that is too large", func(b batch) batch { b.sequence = tooLarge; return b }},
		holding("an unknown operation", operation(4, "key 0100", "value")),
		holding("a set without a value", operation(opSet, "key 0100")),
		holding("a set", operation(opSet, "key 0100", "forged")),
		holding("a delete", operation(opDelete, "key 0100")),
		holding("an empty range", operation(opDeleteRange, "key 0100", "key 0100")),
		holding("a range that ends before it begins", operation(opDeleteRange, "key 0200", "key 0100")),
		holding("a range", operation(opDeleteRange, "key 0100", "key 0200")),
		holding("a malformed reference", operation(opBlob, "key 0100", "none")),
		holding("a reference into a missing file", operation(opBlob, "key 0100", reference(999, 16, 10))),
		holding("a reference beyond the end of a file", operation(opBlob, "key 0100", reference(62, 1<<30, 10))),
		holding("a reference to another value", operation(opBlob, "key 0100", reference(62, 16, 10))),
		holding("a reference into a header", operation(opBlob, "key 0100", reference(62, 3, 10))),
		holding("a reference with a length that is too large", operation(opBlob, "key 0100", reference(62, 16, 1<<62))),
		holding("the same key twice", operation(opSet, "key 0100", "one"), operation(opSet, "key 0100", "two")),
	}
}
