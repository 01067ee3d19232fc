package workloads

import (
	"bytes"
	"fmt"
	"sort"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// walk moves a cursor and collects what it shows: the keys at which it stopped, and the keys of the script that it
// skipped, which must be absent. A judge takes all of them as read at one instant.
type walk struct {
	cursor Cursor
	keys   [][]byte // of the script, in order
	lower  []byte
	upper  []byte // nil: none
	here   []byte
	stands bool
	reads  []history.Read
	by     string // the latest movement, in words
	prefix []byte
}

func newWalk(c Cursor, b Bounds, keys [][]byte) *walk {
	from, to := b.Range()
	return &walk{cursor: c, keys: keys, lower: from, upper: to, prefix: b.Prefix, here: make([]byte, 0, 64)} // here must not be nil
}

// after returns the direct successor of a key.
func after(key []byte) []byte { return append(bytes.Clone(key), 0) }

// move makes one movement. The error is the cursor's own, or ErrAstray.
func (w *walk) move(m Move) error {
	w.by = string(m.How)
	switch m.How {
	case MoveSeekGE, MoveSeekLT:
		w.by += " of " + short(m.Key)
	case MoveNext, MovePrev:
		w.by += " after " + short(w.here)
	default:
	}
	switch m.How {
	case MoveFirst:
		return w.forward(w.cursor.First(), w.lower)
	case MoveLast:
		return w.backward(w.cursor.Last(), w.upper)
	case MoveSeekGE:
		return w.forward(w.cursor.SeekGE(m.Key), later(m.Key, w.lower))
	case MoveSeekLT:
		end := append([]byte{}, m.Key...) // not nil
		if w.upper != nil && bytes.Compare(w.upper, end) < 0 {
			end = w.upper
		}
		return w.backward(w.cursor.SeekLT(m.Key), end)
	case MoveNext:
		if w.stands {
			return w.forward(w.cursor.Next(), after(w.here))
		}
	case MovePrev:
		if w.stands {
			return w.backward(w.cursor.Prev(), w.here)
		}
	default:
		panic(fmt.Sprintf("workloads: a script moves a cursor by %q", m.How))
	}
	return nil
}

// forward notes the result of a movement that was to stop at the first key not before from.
func (w *walk) forward(found bool, from []byte) error {
	w.stands = found
	if !found {
		w.passed(from, w.upper)
		return w.cursor.Error()
	}
	key := w.key()
	if bytes.Compare(key, from) < 0 || w.upper != nil && bytes.Compare(key, w.upper) >= 0 {
		return w.astray(key)
	}
	w.passed(from, key)
	return w.stand(key)
}

// backward notes the result of a movement that was to stop at the last key before end, or at the last of all if end is
// nil.
func (w *walk) backward(found bool, end []byte) error {
	w.stands = found
	if !found {
		w.passed(w.lower, end)
		return w.cursor.Error()
	}
	key := w.key()
	if bytes.Compare(key, w.lower) < 0 || end != nil && bytes.Compare(key, end) >= 0 {
		return w.astray(key)
	}
	w.passed(after(key), end)
	return w.stand(key)
}

// key returns a copy of the key under the cursor. It is not nil even for an empty key, because nil means no end.
func (w *walk) key() []byte { return append([]byte{}, w.cursor.Key()...) }

// stand notes the key under the cursor, and its value.
func (w *walk) stand(key []byte) error {
	w.here = append(w.here[:0], key...)
	value := bytes.Clone(w.cursor.Value())
	if err := w.cursor.Error(); err != nil {
		return err
	}
	w.reads = append(w.reads, history.Read{Key: key, Value: value, Found: true, By: w.by})
	return nil
}

// passed notes that there are no keys in [from, end), or none from from on if end is nil.
func (w *walk) passed(from, end []byte) {
	first := sort.Search(len(w.keys), func(i int) bool { return bytes.Compare(w.keys[i], from) >= 0 })
	for _, key := range w.keys[first:] {
		if end != nil && bytes.Compare(key, end) >= 0 {
			return
		}
		w.reads = append(w.reads, history.Read{Key: key, By: w.by})
	}
}

func (w *walk) astray(key []byte) error {
	bounds := fmt.Sprintf("from %q", w.lower)
	if w.upper != nil {
		bounds += fmt.Sprintf(" to %q", w.upper)
	}
	if len(w.prefix) > 0 {
		bounds += fmt.Sprintf(" by its range and the prefix %q", w.prefix)
	}
	return fmt.Errorf("%w: with bounds %s, %s leads to %q", ErrAstray, bounds, w.by, key)
}

// short shows a key, or only its beginning.
func short(key []byte) string {
	const most = 40
	if len(key) > most {
		return fmt.Sprintf("%q... (%d bytes)", key[:most], len(key))
	}
	return fmt.Sprintf("%q", key)
}

func later(a, b []byte) []byte {
	if bytes.Compare(a, b) < 0 {
		return b
	}
	return a
}

// shown returns what was learned since the last call.
func (w *walk) shown() []history.Read {
	reads := w.reads
	w.reads = nil
	return reads
}
