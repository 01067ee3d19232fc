package blob

import (
	"encoding/binary"
	"hash/crc32"
)

// FileHeaderBytes is the length of the header before the first blob.
const FileHeaderBytes = 8 + 4 + 4

// valueBytesMax is the length of the longest value. A longer one is damage, and no memory is allocated for it.
const valueBytesMax = 1 << 30

const (
	magic         = 0x0a424c42474e544c // "LTNGBLB\n" in the file
	formatVersion = 1

	fixedBytes = 4 + 8 // the fixed part of a blob's header: checksum and length
	sumBytes   = 4     // the length of a chunk's checksum in the header
	chunkBytes = 64 << 10
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum depends on the bytes and on where they are stored.
func checksum(num, offset uint64, b []byte) uint32 {
	place := (num*0xd6e8feb86659fd93 + offset) * 0x9e3779b97f4a7c15
	return crc32.Update(uint32(place>>32), castagnoli, b)
}

// chunks returns the number of chunks of a value of the given length.
func chunks(length uint64) uint64 { return length/chunkBytes + min(length%chunkBytes, 1) }

// headerBytes returns the length of a blob's header for a value of the given length.
func headerBytes(length uint64) uint64 { return fixedBytes + sumBytes*chunks(length) }

// appendFileHeader appends the header of file num.
func appendFileHeader(b []byte, num uint64) []byte {
	start := len(b)
	b = binary.LittleEndian.AppendUint64(b, magic)
	b = binary.LittleEndian.AppendUint32(b, formatVersion)
	return binary.LittleEndian.AppendUint32(b, checksum(num, 0, b[start:]))
}

// appendHeader appends the header of a blob that will be at offset in file num, and returns its checksum.
func appendHeader(b []byte, num, offset uint64, value []byte) ([]byte, uint32) {
	start := len(b)
	b = appendFixed(b, uint64(len(value)))
	for len(value) > 0 {
		n := min(len(value), chunkBytes)
		b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(value[:n], castagnoli))
		value = value[n:]
	}
	return b, seal(b[start:], num, offset)
}

// appendHeaderOf is appendHeader for a value whose chunk checksums are known.
func appendHeaderOf(b []byte, num, offset, length uint64, sums []byte) ([]byte, uint32) {
	start := len(b)
	b = append(appendFixed(b, length), sums...)
	return b, seal(b[start:], num, offset)
}

func appendFixed(b []byte, length uint64) []byte {
	return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint32(b, 0), length)
}

// seal stores the checksum in a header and returns it.
func seal(header []byte, num, offset uint64) uint32 {
	sum := checksum(num, offset, header[4:])
	binary.LittleEndian.PutUint32(header, sum)
	return sum
}

// header is a decoded header with a valid checksum.
type header struct {
	sum    uint32
	length uint64
	sums   []byte // the checksums of the chunks
}

// chunk reports whether b has the checksum of the i-th chunk.
func (h *header) chunk(i uint64, b []byte) bool {
	return crc32.Checksum(b, castagnoli) == binary.LittleEndian.Uint32(h.sums[i*sumBytes:])
}
