package sst

import (
	"bytes"
	"encoding/binary"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// A block is a decoded data block payload. Nothing in it is trusted: every access is checked.
type block struct {
	entries  []byte
	restarts []byte // four bytes each, at least one
}

// An entry is one decoded entry. Its key is the first shared bytes of the previous key, followed by suffix.
type entry struct {
	offset, next  int // where it begins, and where the next one begins
	shared        int
	suffix, value []byte
	trailer       key.Trailer
}

// parseBlock splits a payload into its two parts.
func parseBlock(payload []byte) (block, error) {
	if len(payload) < 4 {
		return block{}, errMalformed
	}
	body := payload[:len(payload)-4]
	count := uint64(binary.LittleEndian.Uint32(payload[len(body):]))
	if count == 0 || count*4 >= uint64(len(body)) {
		return block{}, errMalformed
	}
	end := len(body) - int(count)*4
	b := block{entries: body[:end], restarts: body[end:]}
	if b.restart(0) != 0 {
		return block{}, errMalformed
	}
	return b, nil
}

func (b *block) restartCount() int { return len(b.restarts) / 4 }

// restart returns the offset of the i-th restart point. The offset is not trusted; decode checks it.
func (b *block) restart(i int) int { return int(binary.LittleEndian.Uint32(b.restarts[i*4:])) }

// decode reads the entry at offset into e. It returns false if there is no complete entry.
func (b *block) decode(offset int, e *entry) bool {
	if offset >= len(b.entries) {
		return false
	}
	rest := b.entries[offset:]
	var shared, unshared, value uint64
	if len(rest) >= 3 && (rest[0]|rest[1]|rest[2]) < 0x80 {
		shared, unshared, value = uint64(rest[0]), uint64(rest[1]), uint64(rest[2])
		rest = rest[3:]
	} else {
		for _, v := range [...]*uint64{&shared, &unshared, &value} {
			n := 0
			if *v, n = binary.Uvarint(rest); n <= 0 {
				return false
			}
			rest = rest[n:]
		}
	}
	left := uint64(len(rest))
	if shared > uint64(offset) || unshared > left || value > left || 8+unshared+value > left {
		return false
	}
	e.trailer = key.Trailer(binary.LittleEndian.Uint64(rest))
	e.shared = int(shared)
	e.suffix = rest[8 : 8+unshared : 8+unshared]
	e.value = rest[8+unshared : 8+unshared+value : 8+unshared+value]
	e.offset, e.next = offset, len(b.entries)-int(left-8-unshared-value)
	return true
}

// decodeRestart reads the entry at the i-th restart point, which stores its whole key.
func (b *block) decodeRestart(i int, e *entry) bool {
	return b.decode(b.restart(i), e) && e.shared == 0
}

// seek reads into e the first entry that is not before (user, tr). The bytes that the entry shares with its predecessor
// are also the first bytes of user, so its key is user[:e.shared] followed by e.suffix. It returns false if all entries
// are before.
func (b *block) seek(user []byte, tr key.Trailer, e *entry) (bool, error) {
	start, err := b.seekRestart(user, tr, e)
	if err != nil {
		return false, err
	}
	matched := 0 // length of the prefix that the last key, which is before (user, tr), shares with user
	for offset := start; offset < len(b.entries); offset = e.next {
		if !b.decode(offset, e) {
			return false, errMalformed
		}
		if e.shared > matched {
			continue // it contains the byte in which the last key was smaller than user
		}
		if e.shared < matched {
			return true, nil // it exceeds the last key in a byte that the last key shared with user
		}
		n := sharedPrefix(e.suffix, user[matched:])
		before := n == len(e.suffix)
		switch matched += n; {
		case matched == len(user):
			before = before && e.trailer > tr
		case !before:
			before = e.suffix[n] < user[matched]
		}
		if !before {
			return true, nil
		}
	}
	return false, nil
}

// seekRestart returns the offset of the last restart point that is before (user, tr), or of the first one if none is.
func (b *block) seekRestart(user []byte, tr key.Trailer, e *entry) (int, error) {
	low, high := 0, b.restartCount()-1
	for low < high {
		middle := (low + high + 1) / 2
		if !b.decodeRestart(middle, e) {
			return 0, errMalformed
		}
		if key.Compare(e.suffix, e.trailer, user, tr) < 0 {
			low = middle
		} else {
			high = middle - 1
		}
	}
	if !b.decodeRestart(low, e) {
		return 0, errMalformed
	}
	return b.restart(low), nil
}

// isKey reports whether e, found by a seek for user, is an entry of user.
func (e *entry) isKey(user []byte) bool {
	return e.shared+len(e.suffix) == len(user) && bytes.Equal(e.suffix, user[e.shared:])
}
