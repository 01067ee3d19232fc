package workloads_test

import (
	"bytes"
	"io"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// memcursor is a cursor over a memstore. Every movement looks at the store again.
type memcursor struct {
	store    *memstore
	bounds   workloads.Bounds
	snapshot int
	key      string
	stands   bool
	forward  bool // direction of the latest movement
}

func (m *memstore) NewCursor(b workloads.Bounds) (workloads.Cursor, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return &memcursor{store: m, bounds: b, snapshot: m.seq}, nil
}

// keys returns the keys that the cursor can show, in order. The lock must be held.
func (c *memcursor) keys() []string {
	if c.store.flaw == lateCursor {
		c.snapshot = c.store.seq
	}
	var keys []string
	for _, k := range slices.Sorted(maps.Keys(c.store.versions)) {
		_, found := c.store.at([]byte(k), c.snapshot)
		if found && k >= string(c.bounds.From) && strings.HasPrefix(k, string(c.bounds.Prefix)) && c.before(k) {
			keys = append(keys, k)
		}
	}
	return keys
}

func (c *memcursor) before(k string) bool {
	to := string(c.bounds.To)
	return to == "" || k < to || c.store.flaw == inclusiveBound && k == to
}

// first moves to the first key that fits.
func (c *memcursor) first(fits func(string) bool) bool { return c.move(c.keysLocked(), true, fits) }

// last moves to the last key that fits.
func (c *memcursor) last(fits func(string) bool) bool {
	keys := c.keysLocked()
	slices.Reverse(keys)
	return c.move(keys, false, fits)
}

func (c *memcursor) keysLocked() []string {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	return c.keys()
}

func (c *memcursor) move(keys []string, forward bool, fits func(string) bool) bool {
	at := slices.IndexFunc(keys, fits)
	if at >= 0 && c.stands && c.forward && !forward && c.store.flaw == turnSkips {
		at++
	}
	c.stands, c.forward = at >= 0 && at < len(keys), forward
	if c.stands {
		c.key = keys[at]
	}
	return c.stands
}

func (c *memcursor) First() bool { return c.first(func(string) bool { return true }) }
func (c *memcursor) Last() bool  { return c.last(func(string) bool { return true }) }

func (c *memcursor) Next() bool {
	here := c.key
	return c.first(func(k string) bool { return k > here })
}

func (c *memcursor) Prev() bool {
	here := c.key
	return c.last(func(k string) bool { return k < here })
}

func (c *memcursor) SeekGE(key []byte) bool {
	return c.first(func(k string) bool { return k >= string(key) && (k > string(key) || c.store.flaw != seekPasses) })
}

func (c *memcursor) SeekLT(key []byte) bool {
	c.stands = false // a seek is not a change of direction
	return c.last(func(k string) bool { return k < string(key) })
}

func (c *memcursor) Key() []byte { return []byte(c.key) }

func (c *memcursor) Value() []byte {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	value, _ := c.store.at([]byte(c.key), c.snapshot)
	return value
}

func (c *memcursor) Error() error { return nil }
func (c *memcursor) Close() error { return nil }

// OpenValue opens a stream of a value. If it is flawed, it reads the value only when the stream is first read.
func (m *memstore) OpenValue(key []byte) (io.ReadCloser, bool, error) {
	value, found, err := m.Get(key)
	if m.flaw == shortStream && len(value) > 1 {
		value = value[:len(value)-1]
	}
	return struct {
		io.ReadSeeker
		io.Closer
	}{bytes.NewReader(value), io.NopCloser(nil)}, found, err
}

func (m *memstore) Sync() error { return nil }

func (m *memstore) ApplyRange(b workloads.RangeBatch, d history.Durability) (uint64, error) {
	writes := slices.Clone(b.Before)
	m.mu.Lock()
	for key := range m.versions {
		if key >= string(b.From) && key < string(b.To) {
			writes = append(writes, history.Write{Key: []byte(key), Delete: true})
		}
	}
	m.mu.Unlock()
	if m.flaw != rangeForgetsBefore {
		for _, w := range b.Before {
			if bytes.Compare(w.Key, b.From) >= 0 && bytes.Compare(w.Key, b.To) < 0 {
				writes = append(writes, history.Write{Key: w.Key, Delete: true})
			}
		}
	}
	return 0, m.Apply(slices.Concat(writes, b.After), d)
}

// txncursor is a cursor of a transaction. It iterates over the result of a scan.
type txncursor struct {
	pairs []history.Read
	at    int
}

func (t *memtxn) NewCursor(b workloads.Bounds) (workloads.Cursor, error) {
	from, to := b.Range()
	if t.store.flaw == overrunsBackward && len(t.writes) > 0 {
		to = nil
	}
	c := &txncursor{}
	return c, t.Scan(from, to, func(key, value []byte) bool {
		c.pairs = append(c.pairs, history.Read{Key: key, Value: value})
		return true
	})
}

func (c *txncursor) to(at int) bool { c.at = at; return at >= 0 && at < len(c.pairs) }

func (c *txncursor) from(key []byte) int {
	return sort.Search(len(c.pairs), func(i int) bool { return bytes.Compare(c.pairs[i].Key, key) >= 0 })
}

func (c *txncursor) First() bool            { return c.to(0) }
func (c *txncursor) Last() bool             { return c.to(len(c.pairs) - 1) }
func (c *txncursor) Next() bool             { return c.to(c.at + 1) }
func (c *txncursor) Prev() bool             { return c.to(c.at - 1) }
func (c *txncursor) SeekGE(key []byte) bool { return c.to(c.from(key)) }
func (c *txncursor) SeekLT(key []byte) bool { return c.to(c.from(key) - 1) }
func (c *txncursor) Key() []byte            { return c.pairs[c.at].Key }
func (c *txncursor) Value() []byte          { return c.pairs[c.at].Value }
func (c *txncursor) Error() error           { return nil }
func (c *txncursor) Close() error           { return nil }
