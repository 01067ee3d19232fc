package sst

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"

	"github.com/lightningdb/lightning-torture/engine/internal/compress"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/invariant"
)

const (
	magic         = 0x0a545353474e544c // "LTNGSST\n" in the file
	formatVersion = 2                  // written by a Writer; a Reader also reads all earlier ones

	blockTailBytes  = 5 // type and checksum
	handleBytes     = 16
	footerBytes     = 64
	footerSumOffset = 52 // position of the footer's checksum, which covers everything before it
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A handle says where a block is and what its checksum must be.
type handle struct {
	offset   uint64
	length   uint32 // the length of the payload as it is stored
	checksum uint32
}

// end returns the offset of the first byte after the block.
func (h handle) end() uint64 { return h.offset + uint64(h.length) + blockTailBytes }

func (h handle) appendTo(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, h.offset)
	b = binary.LittleEndian.AppendUint32(b, h.length)
	return binary.LittleEndian.AppendUint32(b, h.checksum)
}

// decodeHandle decodes the handle at the start of b.
func decodeHandle(b []byte) handle {
	return handle{
		offset:   binary.LittleEndian.Uint64(b),
		length:   binary.LittleEndian.Uint32(b[8:]),
		checksum: binary.LittleEndian.Uint32(b[12:]),
	}
}

// seal completes the block whose stored payload is b[start:] with its type and checksum. offset is the block's place in
// the file.
func seal(b []byte, start int, offset uint64, c compress.Compression) ([]byte, handle) {
	invariant.Check(uint64(len(b)-start) <= math.MaxUint32, "sst: the length of a block fits 32 bits")
	h := handle{offset: offset, length: uint32(len(b) - start)}
	b = append(b, byte(c))
	h.checksum = crc32.Checksum(b[start:], castagnoli)
	return binary.LittleEndian.AppendUint32(b, h.checksum), h
}

// unseal returns the payload of the block in raw, which must be the one that h points to. The payload aliases raw, or
// is a new slice if it was compressed.
func unseal(file string, raw []byte, h handle) ([]byte, error) { return unsealInto(nil, file, raw, h) }

// unsealInto is unseal, but decompresses into buf if that has room.
func unsealInto(buf []byte, file string, raw []byte, h handle) ([]byte, error) {
	body := raw[:h.length+1]
	stored := binary.LittleEndian.Uint32(raw[len(body):])
	switch sum := crc32.Checksum(body, castagnoli); {
	case sum != stored:
		return nil, corrupt.At(file, int64(h.offset), "block checksum mismatch: %08x, want %08x", sum, stored)
	case sum != h.checksum:
		return nil, corrupt.At(file, int64(h.offset), "misplaced or stale block: checksum %08x, want %08x",
			sum, h.checksum)
	}
	payload := body[:h.length:h.length]
	c := compress.Compression(body[h.length])
	if c == compress.None {
		return payload, nil
	}
	if !c.Valid() {
		return nil, corrupt.At(file, int64(h.offset), "unknown block type %d", c)
	}
	payload, err := compress.Decode(payload, c, buf)
	if err != nil {
		return nil, corrupt.At(file, int64(h.offset), "%v: %v", c, err)
	}
	return payload, nil
}

// A footer is the root of a file.
type footer struct {
	filter, properties, index handle
	version                   uint32
}

func (f footer) appendTo(b []byte) []byte {
	start := len(b)
	b = f.index.appendTo(f.properties.appendTo(f.filter.appendTo(b)))
	b = binary.LittleEndian.AppendUint32(b, f.version)
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(b[start:], castagnoli))
	return binary.LittleEndian.AppendUint64(b, magic)
}

// decodeFooter decodes the last footerBytes of a file of the given size and checks that the parts are adjacent.
func decodeFooter(file string, b []byte, size int64) (footer, error) {
	at := size - footerBytes
	if m := binary.LittleEndian.Uint64(b[footerSumOffset+4:]); m != magic {
		return footer{}, corrupt.At(file, at, "not a table, or truncated: magic %016x, want %016x", m, uint64(magic))
	}
	sum, stored := crc32.Checksum(b[:footerSumOffset], castagnoli), binary.LittleEndian.Uint32(b[footerSumOffset:])
	if sum != stored {
		return footer{}, corrupt.At(file, at, "footer checksum mismatch: %08x, want %08x", sum, stored)
	}
	version := binary.LittleEndian.Uint32(b[footerSumOffset-4:])
	if version == 0 || version > formatVersion {
		return footer{}, fmt.Errorf("%w: %s has version %d, this engine reads 1 to %d",
			ErrVersion, file, version, formatVersion)
	}
	f := footer{
		filter:     decodeHandle(b),
		properties: decodeHandle(b[handleBytes:]),
		index:      decodeHandle(b[2*handleBytes:]),
		version:    version,
	}
	if f.filter.offset > uint64(at) || f.filter.end() != f.properties.offset ||
		f.properties.end() != f.index.offset || f.index.end() != uint64(at) {
		return footer{}, corrupt.At(file, at, "the parts do not fill the file of %d bytes", size)
	}
	return f, nil
}
