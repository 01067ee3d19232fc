package recorded

import (
	"bytes"
	"errors"

	"github.com/lightningdb/lightning-torture/workloads/history/edn"
)

// appendValue appends a value as a history has it. Values that differ have different texts. Strings that cannot be mistaken
// for something else go without quotes.
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

// plain reports whether a string is taken for a string without its quotes.
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

// elementEnd ends every element of a list. No element has one within it.
const elementEnd = '\n'

// Elements returns the elements of a list as the histories have them that Read returns, and package workloads writes: each
// ends with a newline. They are parts of the value.
func Elements(value []byte) (elements [][]byte, whole bool) {
	body, whole := bytes.CutSuffix(value, []byte{elementEnd})
	if !whole {
		return nil, false
	}
	return bytes.Split(body, []byte{elementEnd}), true
}

// slab hands out pieces of large arrays, so that millions of small slices cost few allocations.
type slab[T any] struct{ free []T }

// slabSize is how many elements an array has.
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

// memory keeps the texts of a history, and hands out each key only once.
type memory struct {
	bytes   slab[byte]
	keys    map[string]*keptKey
	mixed   bool // a key may be text at one place and a number at another, as in JSON, whose objects have only text as keys
	scratch []byte
}

// keptKey is a key with the longest list that was read of it. Lists grow, so most reads are the beginning of the longest and
// share its memory.
type keptKey struct {
	name    []byte
	kind    edn.Kind
	longest []byte
}

func newMemory() *memory { return &memory{keys: map[string]*keptKey{}} }

// keep returns a copy of the scratch.
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

// element returns a list of one element.
func (m *memory) element(v edn.Value) []byte {
	m.scratch = append(appendValue(m.scratch[:0], v), elementEnd)
	return m.keep()
}

var errKeys = errors.New("the history has a key that is text and one that is none, which look the same")

// key returns the key that a value names. Text is without quotes, even if it looks like something else.
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

// list returns the text of a list that was read from a key.
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
