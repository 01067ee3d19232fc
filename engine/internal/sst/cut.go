package sst

import (
	"bytes"
	"encoding/binary"
)

const cutBytesMin = 8 // a shorter shared prefix stays in the keys

// isCut reports whether the prefix shared by the keys of a block is stored once. If not, the keys are stored whole.
func isCut(shared, count int) bool { return shared >= cutBytesMin && count > 1 }

// savedBytes returns how much smaller a block of count keys becomes because they share a prefix of the given length.
func savedBytes(shared, count int) int {
	if !isCut(shared, count) {
		return 0
	}
	return shared * (count - 1)
}

// appendColumns completes a block whose entries, with whole keys, begin at the given offsets of b[start:]. It removes
// the shared prefix from the keys if that pays and appends the prefix, the offsets, the hints and the lengths. It may
// overwrite offsets.
func appendColumns(b []byte, start int, offsets []uint32) []byte {
	first := keyAt(b[start:], offsets[0])
	shared := sharedPrefix(first, keyAt(b[start:], offsets[len(offsets)-1]))
	common := shared
	if isCut(shared, len(offsets)) {
		prefix := bytes.Clone(first[:shared])
		b, common = append(cutKeys(b, start, offsets, shared), prefix...), 0
	}
	for _, offset := range offsets {
		b = binary.LittleEndian.AppendUint32(b, offset)
	}
	for _, offset := range offsets {
		b = binary.LittleEndian.AppendUint32(b, hint(keyAt(b[start:], offset)[common:]))
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(shared))
	return binary.LittleEndian.AppendUint32(b, uint32(len(offsets)))
}

// keyAt returns the key of the entry at offset.
func keyAt(entries []byte, offset uint32) []byte {
	user, _, _ := cutBytes(entries[offset+8:])
	return user
}

// cutKeys removes the first shared bytes from every key in b[start:], in place.
func cutKeys(b []byte, start int, offsets []uint32, shared int) []byte {
	var head [8 + binary.MaxVarintLen64]byte
	to := start
	for i, offset := range offsets {
		entry := b[start+int(offset):]
		if i+1 < len(offsets) {
			entry = entry[:offsets[i+1]-offset]
		}
		length, n := binary.Uvarint(entry[8:])
		header := binary.AppendUvarint(append(head[:0], entry[:8]...), length-uint64(shared))
		offsets[i] = uint32(to - start)
		copy(b[to+len(header):], entry[8+n+shared:])
		copy(b[to:], header)
		to += len(header) + len(entry) - 8 - n - shared
	}
	return b[:to]
}
