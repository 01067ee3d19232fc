package forge

import (
	"encoding/binary"
	"hash/crc32"
)

// The layout of logs and manifests.
const (
	chunkBlock  = 32 << 10
	chunkHeader = 4 + 2 + 1 + 4 + 8
)

// The types of chunks.
const (
	whole = iota + 1
	first
	middle
	last
	mark
	begin
)

// chunk is a part of a log or manifest.
type chunk struct {
	kind    byte
	synced  uint64
	payload []byte
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// placed returns the checksum of data at a place: it covers the file's number and the offset as well as the bytes.
func placed(num, offset uint64, b []byte) uint32 {
	place := (num*0xd6e8feb86659fd93 + offset) * 0x9e3779b97f4a7c15
	return crc32.Update(uint32(place>>32), castagnoli, b)
}

// chunks returns the chunks of a file, up to its end, to a torn tail, or to the zeros written ahead.
func chunks(content []byte) (all []chunk) {
	for at := 0; at+chunkHeader <= len(content); {
		if left := chunkBlock - at%chunkBlock; left <= chunkHeader {
			at += left
			continue
		}
		length := int(binary.LittleEndian.Uint16(content[at+4:]))
		if content[at+6] == 0 || at+chunkHeader+length > len(content) {
			break
		}
		all = append(all, chunk{
			kind: content[at+6], synced: binary.LittleEndian.Uint64(content[at+11:]), payload: content[at+chunkHeader : at+chunkHeader+length],
		})
		at += chunkHeader + length
	}
	return all
}

// join returns the content of the file with the given number and chunks.
func join(num uint64, all []chunk) []byte {
	var b []byte
	for _, c := range all {
		if left := chunkBlock - len(b)%chunkBlock; left <= chunkHeader {
			b = append(b, make([]byte, left)...)
		}
		at := len(b)
		b = binary.LittleEndian.AppendUint32(b, 0)
		b = binary.LittleEndian.AppendUint16(b, uint16(len(c.payload)))
		b = append(b, c.kind)
		b = binary.LittleEndian.AppendUint32(b, uint32(num))
		b = binary.LittleEndian.AppendUint64(b, c.synced)
		b = append(b, c.payload...)
		binary.LittleEndian.PutUint32(b[at:], placed(num, uint64(at), b[at+4:]))
	}
	return b
}

// records returns the indexes of the chunks that are whole records.
func records(all []chunk) (at []int) {
	for i, c := range all {
		if c.kind == whole {
			at = append(at, i)
		}
	}
	return at
}

// uvarints appends numbers as varints.
func uvarints(b []byte, numbers ...uint64) []byte {
	for _, n := range numbers {
		b = binary.AppendUvarint(b, n)
	}
	return b
}

// cut splits off a length and that many bytes.
func cut(b []byte) (head, rest []byte) {
	length, n := binary.Uvarint(b)
	return b[n : n+int(length)], b[n+int(length):]
}
