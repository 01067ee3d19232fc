package accounts

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// content is what versions of keys add up to, in whatever order they come.
type content struct {
	newest map[string]version
	ranges []engine.RangeDelete
}

// version is a version of a key.
type version struct {
	seq     uint64
	deleted bool
	length  uint64
	value   []byte // nil: only its length is known
}

func newContent() *content { return &content{newest: map[string]version{}} }

// add adds a version, or the deletion of a range.
func (c *content) add(e *engine.Entry) error {
	v := version{seq: e.Seq}
	switch e.Kind {
	case "set":
		v.length, v.value = uint64(len(e.Value)), append([]byte{}, e.Value...)
	case "blob":
		if e.Blob == nil {
			return fmt.Errorf("%w: %q at %d is in a blob file, and nothing says where", ErrWrong, e.Key, e.Seq)
		}
		v.length = e.Blob.Bytes
	case "delete":
		v.deleted = true
	case "delete range":
		c.ranges = append(c.ranges, engine.RangeDelete{Seq: e.Seq, Start: append([]byte{}, e.Key...), End: append([]byte{}, e.Value...)})
		return nil
	default:
		return fmt.Errorf("%w: %q at %d is a %s", ErrWrong, e.Key, e.Seq, e.Kind)
	}
	if known, ok := c.newest[string(e.Key)]; !ok || known.seq < v.seq {
		c.newest[string(e.Key)] = v
	}
	return nil
}

// shows reports whether the newest version of a key is one that a reader sees.
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
			return fmt.Errorf("%w: the store shows %q, and no file has it", ErrWrong, key)
		case !c.shows(string(key), v):
			return fmt.Errorf("%w: the store shows %q, which by its files was deleted after %d", ErrWrong, key, v.seq)
		case v.length != uint64(len(value)), v.value != nil && string(v.value) != string(value):
			return fmt.Errorf("%w: the store shows %q as %.40q of %d bytes, and its files %.40q of %d", ErrWrong, key, value, len(value), v.value, v.length)
		}
		shown++
	}
	live := 0
	for key, v := range c.newest {
		if c.shows(key, v) {
			live++
		}
	}
	return differ("keys that the files have and the store shows", shown, live)
}
