package rangedel

import (
	"bytes"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// A Tombstone hides entries with Start <= key < End and a smaller sequence number.
type Tombstone struct {
	Start, End []byte
	Seq        key.Seq
}

// NewTombstone returns a tombstone with copies of the keys.
func NewTombstone(start, end []byte, seq key.Seq) Tombstone {
	return Tombstone{Start: bytes.Clone(start), End: bytes.Clone(end), Seq: seq}
}

// Last returns an inclusive upper bound of the tombstone's keys: its last key if there is one, and otherwise End,
// because no key lies just before it.
func (t *Tombstone) Last() []byte {
	if n := len(t.End) - 1; t.End[n] == 0 {
		return t.End[:n]
	}
	return t.End
}

// After returns the first key after user.
func After(user []byte) []byte { return append(append(make([]byte, 0, len(user)+1), user...), 0) }

func (t *Tombstone) sameRange(o *Tombstone) bool {
	return bytes.Equal(t.Start, o.Start) && bytes.Equal(t.End, o.End)
}
