package compress

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"

	"github.com/lightningdb/lightning-torture/engine/internal/invariant"
)

// Compression says how a data block is stored. The values are the block types on disk.
type Compression uint8

// The compressions.
const (
	None   Compression = 0
	Snappy Compression = 1
	Zstd   Compression = 2
)

var names = [...]string{None: "none", Snappy: "snappy", Zstd: "zstd"}

func (c Compression) String() string {
	if !c.Valid() {
		return fmt.Sprintf("compression(%d)", uint8(c))
	}
	return names[c]
}

// Valid says whether c is one of the compressions.
func (c Compression) Valid() bool { return int(c) < len(names) }

// ParseCompression is the inverse of String.
func ParseCompression(name string) (Compression, error) {
	for c, n := range names {
		if n == name {
			return Compression(c), nil
		}
	}
	return None, fmt.Errorf("engine: compression %q, want %s", name, strings.Join(names[:], ", "))
}

// ratioMax limits the size that a compressed block may claim to expand to, so that a forged length costs little memory.
// Snappy cannot exceed 22; a block that Zstd would shrink further is stored with Snappy.
const ratioMax = 32

var zstdEncoder = sync.OnceValue(func() *zstd.Encoder {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(false))
	invariant.Check(err == nil, "compress: valid options of the zstd encoder")
	return e
})

var zstdDecoder = sync.OnceValue(func() *zstd.Decoder {
	d, err := zstd.NewReader(nil, zstd.WithDecodeAllCapLimit(true))
	invariant.Check(err == nil, "compress: valid options of the zstd decoder")
	return d
})

// Encode returns the bytes to store for a payload and how they are compressed: not at all if that saves less than an
// eighth.
func Encode(payload []byte, c Compression) ([]byte, Compression) {
	if c == None || len(payload) > s2.MaxBlockSize {
		return payload, None
	}
	var stored []byte
	if c == Zstd {
		stored = binary.AppendUvarint(nil, uint64(len(payload)))
		stored = zstdEncoder().EncodeAll(payload, stored)
		if len(payload) > ratioMax*len(stored) {
			c = Snappy
		}
	}
	if c == Snappy {
		stored = s2.EncodeSnappy(nil, payload)
	}
	if len(stored) > len(payload)-len(payload)/8 || len(payload) > ratioMax*len(stored) {
		return payload, None
	}
	return stored, c
}

var errCompressed = errors.New("damaged compressed block")

// Decode returns the payload of stored bytes, in buf if it has room.
func Decode(stored []byte, c Compression, buf []byte) ([]byte, error) {
	length, n := binary.Uvarint(stored)
	if n <= 0 || length > min(ratioMax*uint64(len(stored)), s2.MaxBlockSize) {
		return nil, errCompressed
	}
	if uint64(cap(buf)) < length {
		buf = make([]byte, length)
	}
	payload := buf[:0:length] // the capacity limits the decoders
	var err error
	switch c {
	case Snappy:
		payload, err = s2.Decode(payload, stored)
	case Zstd:
		payload, err = zstdDecoder().DecodeAll(stored[n:], payload)
	default:
		return nil, errCompressed
	}
	if err != nil || uint64(len(payload)) != length {
		return nil, errCompressed
	}
	return payload, nil
}
