package accounts

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// content collects versions of keys, in any order, and knows which of them a reader sees.
type content struct {
	newest map[string]version
	ranges []engine.RangeDelete
}

// version is a version of a key.
type version struct {
	seq     uint64
	deleted bool
	length  uint64
	value   []byte // nil if only the length is known
}

func newContent() *content { return &content{newest: map[string]version{}} }

// add adds a version of a key, or a range delete.
func (c *content) add(e *engine.Entry) error {
	v := version{seq: e.Seq}
	switch e.Kind {
	case "set":
		v.length, v.value = uint64(len(e.Value)), append([]byte{}, e.Value...)
	case "blob":
		if e.Blob == nil {
			return fmt.Errorf("%w: %q at sequence number %d is in a blob file, but the reference is missing", ErrWrong, e.Key, e.Seq)
		}
		v.length = e.Blob.Bytes
	case "delete":
		v.deleted = true
	case "delete range":
		c.ranges = append(c.ranges, engine.RangeDelete{Seq: e.Seq, Start: append([]byte{}, e.Key...), End: append([]byte{}, e.Value...)})
		return nil
	default:
		return fmt.Errorf("%w: %q at sequence number %d has the unknown kind %s", ErrWrong, e.Key, e.Seq, e.Kind)
	}
	if known, ok := c.newest[string(e.Key)]; !ok || known.seq < v.seq {
		c.newest[string(e.Key)] = v
	}
	return nil
}

// shows reports whether a reader sees the newest version of a key.
func (c *content) shows(key string, v version) bool {
	for _, r := range c.ranges {
		if r.Seq > v.seq && string(r.Start) <= key && key < string(r.End) {
			return false
		}
	}
	return !v.deleted
}

// compare compares the content with what a store shows.
func (c *content) compare(state *history.State) error {
	shown := 0
	for key, value := range state.All() {
		v, ok := c.newest[string(key)]
		switch {
		case !ok:
			return fmt.Errorf("%w: the store shows %q, but no file has it", ErrWrong, key)
		case !c.shows(string(key), v):
			return fmt.Errorf("%w: the store shows %q, but in its files the key is deleted after sequence number %d", ErrWrong, key, v.seq)
		case v.length != uint64(len(value)), v.value != nil && string(v.value) != string(value):
			return fmt.Errorf("%w: %q has the value %.40q of %d bytes in the store, but %.40q of %d bytes in its files", ErrWrong, key, value, len(value), v.value, v.length)
		}
		shown++
	}
	live := 0
	for key, v := range c.newest {
		if c.shows(key, v) {
			live++
		}
	}
	return differ("keys shown, compared with the live keys in the files", shown, live)
}
