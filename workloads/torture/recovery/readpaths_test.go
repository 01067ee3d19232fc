package recovery

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// shelf is a store whose cursors show the given keys, and may be moved past both ends.
type shelf struct {
	workloads.Store
	keys [][]byte
}

func (s *shelf) NewCursor(workloads.Bounds) (workloads.Cursor, error) { return &reader{s, -1}, nil }

type reader struct {
	*shelf
	at int
}

func (r *reader) to(i int) bool { r.at = i; return i >= 0 && i < len(r.keys) }
func (r *reader) First() bool   { return r.to(0) }
func (r *reader) Last() bool    { return r.to(len(r.keys) - 1) }
func (r *reader) Next() bool    { return r.to(r.at + 1) }
func (r *reader) Prev() bool    { return r.to(r.at - 1) }
func (r *reader) Key() []byte   { return r.keys[r.at] }
func (r *reader) Value() []byte { return r.keys[r.at] }
func (r *reader) Error() error  { return nil }
func (r *reader) Close() error  { return nil }

func (r *reader) SeekGE(key []byte) bool {
	i, _ := slices.BinarySearchFunc(r.keys, key, bytes.Compare)
	return r.to(i)
}

func (r *reader) SeekLT(key []byte) bool {
	i, _ := slices.BinarySearchFunc(r.keys, key, bytes.Compare)
	return r.to(i - 1)
}

func TestWaysOfReadingMustAgree(t *testing.T) {
	all := [][]byte{{}, {0}, {0, 0}, []byte("a"), []byte("b"), {0xff}}
	var state history.State
	for _, key := range all {
		state.Append(key, key)
	}
	ways := map[string]func(workloads.CursorMaker, uint64) error{
		"backward": func(m workloads.CursorMaker, _ uint64) error { return walkBackward(m, &state) },
		"seeks":    func(m workloads.CursorMaker, seed uint64) error { return seek(m, &state, seed) },
	}
	for name, way := range ways {
		for missing := range all {
			noticed := false
			for seed := range uint64(40) {
				require.NoError(t, way(&shelf{keys: all}, seed), name)
				err := way(&shelf{keys: slices.Concat(all[:missing], all[missing+1:])}, seed)
				noticed = noticed || errors.As(err, new(*disagreement))
			}
			assert.True(t, noticed, "%s: key %q is missing", name, all[missing])
		}
	}
}
