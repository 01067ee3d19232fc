package recorded

import (
	"bytes"
	"errors"

	"github.com/lightningdb/lightning-torture/workloads/history/edn"
)

// appendValue appends the text of a value in a history. Different values have different texts. Strings have no quotes
// if they cannot be mistaken for anything else.
func appendValue(to []byte, v edn.Value) []byte {
	switch v.Kind() {
	case edn.String:
		if plain(v.Text()) {
			return append(to, v.Text()...)
		}
	case edn.Symbol:
		to = append(to, '\'')
	default:
	}
	return v.AppendEDN(to)
}

// plain reports whether a string remains recognizable as a string without quotes.
func plain(text []byte) bool {
	if len(text) == 0 || text[0]|0x20 < 'a' || text[0]|0x20 > 'z' && text[0] < 0x80 || text[0] == 0x7f {
		return false
	}
	for _, b := range text {
		if b < ' ' || b == 0x7f {
			return false
		}
	}
	switch string(text) {
	case "nil", "null", "true", "false":
		return false
	}
	return true
}

// elementEnd ends every element of a list. No element contains it.
const elementEnd = '\n'

// Elements returns the elements of a list in the form that Read returns and package workloads writes: each ends with a
// newline. They alias value.
func Elements(value []byte) (elements [][]byte, whole bool) {
	body, whole := bytes.CutSuffix(value, []byte{elementEnd})
	if !whole {
		return nil, false
	}
	return bytes.Split(body, []byte{elementEnd}), true
}

// slab hands out pieces of large arrays, so that millions of small slices take few allocations.
type slab[T any] struct{ free []T }

// slabSize is the number of elements in an array.
const slabSize = 4096

func (s *slab[T]) take(n int) []T {
	if n == 0 {
		return nil
	}
	if n > len(s.free) {
		s.free = make([]T, max(n, slabSize))
	}
	piece := s.free[:n:n]
	s.free = s.free[n:]
	return piece
}

// memory keeps the texts of a history. It stores each key only once.
type memory struct {
	bytes   slab[byte]
	keys    map[string]*keptKey
	mixed   bool // a key may be text in one place and a number in another; in JSON, keys of objects are always text
	scratch []byte
}

// keptKey is a key with the longest list read from it. Lists grow, so most reads are a prefix of the longest and share
// its memory.
type keptKey struct {
	name    []byte
	kind    edn.Kind
	longest []byte
}

func newMemory() *memory { return &memory{keys: map[string]*keptKey{}} }

// keep returns a copy of the scratch buffer.
func (m *memory) keep() []byte {
	kept := m.bytes.take(len(m.scratch))
	copy(kept, m.scratch)
	return kept
}

// value returns the text of a value.
func (m *memory) value(v edn.Value) []byte {
	m.scratch = appendValue(m.scratch[:0], v)
	return m.keep()
}

// element returns the text of a list with one element.
func (m *memory) element(v edn.Value) []byte {
	m.scratch = append(appendValue(m.scratch[:0], v), elementEnd)
	return m.keep()
}

var errKeys = errors.New("the history has two keys that look the same, although only one of them is text")

// key returns the key that a value names. Text has no quotes, even if it looks like another type.
func (m *memory) key(v edn.Value) (*keptKey, error) {
	if v.Kind() == edn.String {
		m.scratch = append(m.scratch[:0], v.Text()...)
	} else {
		m.scratch = appendValue(m.scratch[:0], v)
	}
	k, known := m.keys[string(m.scratch)]
	if !known {
		k = &keptKey{name: bytes.Clone(m.scratch), kind: v.Kind()}
		m.keys[string(k.name)] = k
	}
	if !m.mixed && k.kind != v.Kind() && (k.kind == edn.String || v.Kind() == edn.String) {
		return nil, errKeys
	}
	return k, nil
}

// list returns the text of a list read from a key.
func (m *memory) list(k *keptKey, v edn.Value) []byte {
	m.scratch = m.scratch[:0]
	for part := range v.Parts() {
		m.scratch = append(appendValue(m.scratch, part), elementEnd)
	}
	n := len(m.scratch)
	switch {
	case bytes.HasPrefix(k.longest, m.scratch):
	case bytes.HasPrefix(m.scratch, k.longest):
		k.longest = append(k.longest, m.scratch[len(k.longest):]...)
	default:
		return m.keep()
	}
	return k.longest[:n:n]
}
