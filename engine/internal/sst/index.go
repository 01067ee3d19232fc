package sst

import (
	"encoding/binary"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// An index has the last entry and the handle of every data block, in order.
type index []indexEntry

type indexEntry struct {
	user    []byte
	trailer key.Trailer
	handle  handle
}

// The least that an index entry takes, and the length of the count before the first one.
const (
	indexEntryBytesMin = 1 + 8 + handleBytes
	indexCountBytes    = 4
)

func (e indexEntry) appendTo(b []byte) []byte {
	b = append(binary.AppendUvarint(b, uint64(len(e.user))), e.user...)
	b = binary.LittleEndian.AppendUint64(b, uint64(e.trailer))
	return e.handle.appendTo(b)
}

// decodeIndex decodes a payload; the keys alias it. The blocks must fill the file from its start to end.
func decodeIndex(b []byte, end uint64) (index, error) {
	x, err := decodeIndexUpTo(b, end)
	if err == nil && x.end() != end {
		return nil, errMalformed
	}
	return x, err
}

// end returns where the last block ends.
func (x index) end() uint64 {
	if len(x) == 0 {
		return 0
	}
	return x[len(x)-1].handle.end()
}

// decodeIndexUpTo is decodeIndex for blocks that end at or before end.
func decodeIndexUpTo(b []byte, end uint64) (index, error) {
	if len(b) < indexCountBytes {
		return nil, errMalformed
	}
	count, rest := binary.LittleEndian.Uint32(b), b[indexCountBytes:]
	if uint64(count)*indexEntryBytesMin > uint64(len(rest)) {
		return nil, errMalformed
	}
	x := make(index, count)
	filled := uint64(0)
	for i := range x {
		e, ok := &x[i], false
		if e.user, rest, ok = cutBytes(rest); !ok || len(rest) < 8+handleBytes {
			return nil, errMalformed
		}
		e.trailer, e.handle = key.Trailer(binary.LittleEndian.Uint64(rest)), decodeHandle(rest[8:])
		rest = rest[8+handleBytes:]
		if e.handle.offset != filled || e.handle.end() > end {
			return nil, errMalformed
		}
		filled = e.handle.end()
		if i > 0 && key.Compare(x[i-1].user, x[i-1].trailer, e.user, e.trailer) >= 0 {
			return nil, errMalformed
		}
	}
	if len(rest) != 0 {
		return nil, errMalformed
	}
	return x, nil
}

// seek returns the number of the only block that can hold the first entry not before (user, tr), or len(x) if every
// entry is before.
func (x index) seek(user []byte, tr key.Trailer) int {
	return x.seekBetween(0, len(x), user, tr)
}

// seekBetween is seek for a result known to be from low to high.
func (x index) seekBetween(low, high int, user []byte, tr key.Trailer) int {
	for low < high {
		middle := (low + high) / 2
		if key.Compare(x[middle].user, x[middle].trailer, user, tr) < 0 {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}
