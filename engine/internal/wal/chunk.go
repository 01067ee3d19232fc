package wal

import (
	"encoding/binary"
	"hash/crc32"
)

// LogBytesMax is the largest size of a log: the content of one memtable, at most half of it, and one more batch.
const LogBytesMax = 8 << 30

const (
	blockBytes  = 32 << 10
	numberAt    = 4 + 2 + 1 // where a header has the number of its file
	numberBytes = 4
	headerBytes = numberAt + numberBytes + 8
)

type chunkType uint8

// The chunk types. Zero is not a type, so zeros are not a chunk.
const (
	full chunkType = iota + 1
	first
	middle
	last
	mark  // not part of a record; proves what was durable
	begin // not part of a record; the payload describes the preceding log
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// chunk is a decoded chunk. Its payload aliases the file's bytes.
type chunk struct {
	kind    chunkType
	synced  int64
	payload []byte
}

// room returns the number of bytes left in the block at off.
func room(off int64) int { return blockBytes - int(off%blockBytes) }

// appendChunk appends a chunk to be stored at off in file num.
func appendChunk(buf []byte, num uint64, off int64, c chunk) []byte {
	at := len(buf)
	buf = binary.LittleEndian.AppendUint32(buf, 0)
	buf = binary.LittleEndian.AppendUint16(buf, uint16(len(c.payload)))
	buf = append(buf, byte(c.kind))
	buf = binary.LittleEndian.AppendUint32(buf, uint32(num))
	buf = binary.LittleEndian.AppendUint64(buf, uint64(c.synced))
	buf = append(buf, c.payload...)
	binary.LittleEndian.PutUint32(buf[at:], checksum(num, off, buf[at+4:]))
	return buf
}

// parseChunk decodes the chunk at off of file num from data. ok is false if there is no complete one.
func parseChunk(data []byte, num uint64, off int64) (c chunk, ok bool) {
	if off+headerBytes > int64(len(data)) {
		return chunk{}, false
	}
	b := data[off:]
	kind := chunkType(b[6])
	end := headerBytes + int(binary.LittleEndian.Uint16(b[4:]))
	if kind < full || kind > begin || binary.LittleEndian.Uint32(b[7:]) != uint32(num) || end > min(len(b), room(off)) {
		return chunk{}, false
	}
	if binary.LittleEndian.Uint32(b) != checksum(num, off, b[4:end]) {
		return chunk{}, false
	}
	return chunk{kind, int64(binary.LittleEndian.Uint64(b[11:])), b[headerBytes:end:end]}, true
}

// appendBegin appends the payload of a begin chunk.
func appendBegin(buf []byte, b Before) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(buf, b.Num), uint64(b.Bytes))
}

// parseBegin is the inverse of appendBegin. Payloads of format version 2 have no length.
func parseBegin(payload []byte) Before {
	num, n := binary.Uvarint(payload)
	bytes, _ := binary.Uvarint(payload[max(n, 0):])
	return Before{num, int64(min(bytes, LogBytesMax))}
}

// checksum folds the place into the initial value rather than hashing its bytes, which avoids an allocation.
func checksum(num uint64, off int64, b []byte) uint32 {
	place := (num*0xd6e8feb86659fd93 + uint64(off)) * 0x9e3779b97f4a7c15
	return crc32.Update(uint32(place>>32), castagnoli, b)
}
