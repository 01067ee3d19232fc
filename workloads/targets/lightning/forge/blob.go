package forge

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// The offsets in a blob file whose first value has one chunk.
const (
	blobVersionAt = 8
	blobSumAt     = 12
	blobAt        = 16
	blobLengthAt  = blobAt + 4
	blobChunkAt   = blobLengthAt + 8
	blobValueAt   = blobChunkAt + 4
)

// blobs forges the second blob file of a store; its values are short.
func blobs(files map[string][]byte) (all []Forgery) {
	name, num := "000051.blob", uint64(51)
	forged := func(what string, change func(b []byte)) {
		b := bytes.Clone(files[name])
		change(b)
		binary.LittleEndian.PutUint32(b[blobSumAt:], placed(num, 0, b[:blobSumAt]))
		binary.LittleEndian.PutUint32(b[blobAt:], placed(num, blobAt, b[blobLengthAt:blobValueAt]))
		all = append(all, Forgery{"blob file: " + what, map[string][]byte{name: b}})
	}
	forged("nothing", func([]byte) {})
	forged("a newer version", func(b []byte) { b[blobVersionAt] = 2 })
	forged("no version", func(b []byte) { b[blobVersionAt] = 0 })
	forged("another magic number", func(b []byte) { b[0]++ })
	forged("another value", func(b []byte) {
		b[blobValueAt]++
		end := blobValueAt + int(binary.LittleEndian.Uint64(b[blobLengthAt:]))
		binary.LittleEndian.PutUint32(b[blobChunkAt:], crc32.Checksum(b[blobValueAt:end], castagnoli))
	})
	forged("a shorter value", func(b []byte) {
		length := binary.LittleEndian.Uint64(b[blobLengthAt:]) - 1
		binary.LittleEndian.PutUint64(b[blobLengthAt:], length)
		binary.LittleEndian.PutUint32(b[blobChunkAt:], crc32.Checksum(b[blobValueAt:blobValueAt+int(length)], castagnoli))
	})
	forged("a value with another checksum", func(b []byte) { b[blobChunkAt]++ })
	forged("a value longer than the file", func(b []byte) { binary.LittleEndian.PutUint64(b[blobLengthAt:], 1<<40) })
	all = append(all, Forgery{"blob file: garbage at the end", map[string][]byte{name: append(bytes.Clone(files[name]), "garbage"...)}})
	return all
}
