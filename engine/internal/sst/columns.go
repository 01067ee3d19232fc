package sst

import (
	"bytes"
	"encoding/binary"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

const columnsTailBytes = 8 // shared length and count

// columns is a decoded payload in the layout Columns. Nothing in it is trusted.
type columns struct {
	prefix  []byte // prefix removed from all keys; empty if the keys are whole
	entries []byte
	offsets []byte // four bytes each: where the entry begins in entries
	hints   []byte // four bytes each: the hint of the key, after the shared bytes
	common  int    // length of the prefix shared by the keys as stored; 0 if it has been removed
	count   int
}

// hint returns the first four bytes of b as a number that sorts like them. A shorter b is padded with zeros.
func hint(b []byte) uint32 {
	if len(b) >= 4 {
		return binary.BigEndian.Uint32(b)
	}
	var four [4]byte
	copy(four[:], b)
	return binary.BigEndian.Uint32(four[:])
}

// parseColumns splits a payload into its parts.
func parseColumns(payload []byte) (columns, error) {
	if len(payload) < columnsTailBytes {
		return columns{}, errMalformed
	}
	body := payload[:len(payload)-columnsTailBytes]
	shared := uint64(binary.LittleEndian.Uint32(payload[len(body):]))
	count := uint64(binary.LittleEndian.Uint32(payload[len(body)+4:]))
	if count == 0 || count*8+shared > uint64(len(body)) {
		return columns{}, errMalformed
	}
	hints := len(body) - int(count)*4
	offsets := hints - int(count)*4
	c := columns{offsets: body[offsets:hints], hints: body[hints:], common: int(shared), count: int(count)}
	end := offsets
	if isCut(c.common, c.count) {
		end -= int(shared)
		c.prefix, c.common = body[end:offsets:offsets], 0
	}
	c.entries = body[:end:end]
	return c, nil
}

func (c *columns) hint(i int) uint32 { return binary.LittleEndian.Uint32(c.hints[i*4:]) }

// entry reads the i-th entry into e; its suffix is then the key after the prefix. It returns false if the entry is not
// complete.
func (c *columns) entry(i int, e *entry) bool {
	begin, end := uint64(binary.LittleEndian.Uint32(c.offsets[i*4:])), uint64(len(c.entries))
	if i+1 < c.count {
		end = uint64(binary.LittleEndian.Uint32(c.offsets[i*4+4:]))
	}
	if end > uint64(len(c.entries)) || begin+9 > end {
		return false
	}
	b := c.entries[begin:end:end]
	length, n := uint64(b[8]), 1
	if length >= 0x80 {
		length, n = binary.Uvarint(b[8:])
	}
	if n <= 0 || length > uint64(len(b)-8-n) {
		return false
	}
	e.trailer = key.Trailer(binary.LittleEndian.Uint64(b))
	b = b[8+n:]
	e.suffix, e.value = b[:length:length], b[length:]
	e.offset, e.next, e.shared = int(begin), int(end), 0
	return true
}

// isKey reports whether e is an entry of user.
func (c *columns) isKey(e *entry, user []byte) bool {
	return len(c.prefix)+len(e.suffix) == len(user) && bytes.Equal(e.suffix, user[len(c.prefix):]) &&
		bytes.HasPrefix(user, c.prefix)
}

// seek reads into e the first entry that is not before (user, tr) and returns its index, or c.count if all are before.
func (c *columns) seek(user []byte, tr key.Trailer, e *entry) (int, error) {
	if n := len(c.prefix); n > 0 {
		if !bytes.HasPrefix(user, c.prefix) {
			return c.seekOutside(user, e)
		}
		user = user[n:]
	}
	low, high, err := c.candidates(user, e)
	if err != nil {
		return 0, err
	}
	for low < high {
		middle := (low + high) / 2
		if !c.entry(middle, e) {
			return 0, errMalformed
		}
		if key.Compare(e.suffix, e.trailer, user, tr) < 0 {
			low = middle + 1
		} else {
			high = middle
		}
	}
	if low < c.count && !c.entry(low, e) {
		return 0, errMalformed
	}
	return low, nil
}

// seekOutside is seek for a key that does not start with the prefix.
func (c *columns) seekOutside(user []byte, e *entry) (int, error) {
	if bytes.Compare(user, c.prefix) > 0 {
		return c.count, nil
	}
	if !c.entry(0, e) {
		return 0, errMalformed
	}
	return 0, nil
}

// candidates narrows a search to the entries whose hint equals that of user: all below low are before user, those from
// high on are after. The shared bytes are compared with those of the entry that the hints lead to, which the search
// reads anyway.
func (c *columns) candidates(user []byte, e *entry) (low, high int, err error) {
	if len(user) >= c.common {
		low, high = c.hinted(hint(user[c.common:]))
	}
	if !c.entry(min(low, c.count-1), e) || c.common > len(e.suffix) {
		return 0, 0, errMalformed
	}
	common := e.suffix[:c.common]
	switch {
	case bytes.HasPrefix(user, common):
		return low, high, nil
	case bytes.Compare(user, common) < 0:
		return 0, 0, nil
	}
	return c.count, c.count, nil
}

// hinted narrows the search for a hint: entries below low have a smaller one, those from high on a larger one.
func (c *columns) hinted(h uint32) (low, high int) {
	high = c.count
	for low < high {
		if middle := (low + high) / 2; c.hint(middle) < h {
			low = middle + 1
		} else {
			high = middle
		}
	}
	for step := 1; high < c.count && c.hint(high) == h; step *= 2 { // galloping search: there is rarely more than one
		high = min(high+step, c.count)
	}
	return low, high
}

// verify checks that prefix and hints match the keys, and that the entries are adjacent from the beginning.
func (c *columns) verify() bool {
	var first, e entry
	next := 0
	for i := range c.count {
		if !c.entry(i, &e) || e.offset != next {
			return false
		}
		if i == 0 {
			first = e
		}
		next = e.next
		if len(e.suffix) < c.common || !bytes.Equal(e.suffix[:c.common], first.suffix[:c.common]) ||
			hint(e.suffix[c.common:]) != c.hint(i) {
			return false
		}
	}
	return next == len(c.entries) && sharedPrefix(first.suffix, e.suffix) == c.common
}
