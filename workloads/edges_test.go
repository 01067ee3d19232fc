package workloads_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

func TestScriptsReachTheEdges(t *testing.T) {
	lengths, keys, batches, fills := map[int]bool{}, map[string]bool{}, 0, map[int]bool{}
	for seed := range uint64(40) {
		script := generate(t, "edges", seed, workloads.Size{Clients: 2, Ops: 200, Keys: 300, ValueBytes: 100})
		for _, steps := range script.Clients {
			for _, s := range steps {
				if s.Fill != nil {
					for _, left := range s.Fill.Left {
						fills[left] = true
					}
				}
				if size := 0; s.Kind == history.Batch && !s.Range {
					for _, w := range s.Writes {
						size += len(w.Key) + len(w.Value)
					}
					batches = max(batches, size)
				}
				for _, w := range s.Writes {
					keys[string(w.Key)] = true
					if !w.Delete {
						lengths[len(w.Value)] = true
					}
				}
			}
		}
	}
	for n := range 4 {
		assert.True(t, lengths[n], "a value of %d bytes", n)
	}
	for power := 4; power <= 16; power++ {
		around := func(n int) bool { return lengths[n] }
		for n := 1<<power - 3; n <= 1<<power+3 && power <= 12; n++ {
			assert.True(t, around(n), "a value of %d bytes", n)
		}
		near := slices.ContainsFunc([]int{-4, -3, -2, -1, 0, 1, 2, 3, 4}, func(d int) bool { return around(1<<power + d) })
		assert.True(t, near, "a value of about %d bytes", 1<<power)
	}
	assert.Greater(t, batches, 64<<10, "a batch that exceeds a small memtable")
	assert.Len(t, fills, 11, "a record ends at each of the critical distances from the end of a block")
	all := slices.Sorted(func(yield func(string) bool) {
		for k := range keys {
			yield(k)
		}
	})
	assert.Empty(t, all[0], "the empty key")
	for what, is := range map[string]func(k string) bool{
		"a run of 0x00":       func(k string) bool { return bytes.Contains([]byte(k), []byte{0, 0, 0}) },
		"a run of 0xff":       func(k string) bool { return bytes.Contains([]byte(k), []byte{0xff, 0xff, 0xff}) },
		"a key of 0xff alone": func(k string) bool { return len(k) > 1 && len(bytes.Trim([]byte(k), "\xff")) == 0 },
		"one byte":            func(k string) bool { return len(k) == 1 },
		"a long beginning":    func(k string) bool { return len(k) > 1000 },
	} {
		assert.True(t, slices.ContainsFunc(all, is), what)
	}
}

// The history records a range deletion as deletions of all keys of the script in that range, because judges know no
// ranges.
func TestARangeDeletionWritesEveryKeyInTheRange(t *testing.T) {
	for _, name := range []string{"kv", "edges"} {
		script := generate(t, name, 5, workloads.Size{Clients: 3, Ops: 300, Keys: 250})
		var keys [][]byte
		add := func(writes []history.Write) {
			for _, w := range writes {
				keys = append(keys, w.Key)
			}
		}
		for _, b := range script.Preload {
			add(b)
		}
		for _, steps := range script.Clients {
			for _, s := range steps {
				add(s.Writes)
			}
		}
		ranges := 0
		for _, steps := range script.Clients {
			for _, s := range steps {
				if !s.Range {
					continue
				}
				ranges++
				deleted := map[string]bool{}
				for i, w := range s.Writes[s.Before : len(s.Writes)-s.After] {
					require.True(t, w.Delete)
					require.True(t, bytes.Compare(w.Key, s.From) >= 0 && bytes.Compare(w.Key, s.To) < 0, "%q is not from %q to %q", w.Key, s.From, s.To)
					deleted[string(w.Key)] = true
					require.Len(t, deleted, i+1)
				}
				for _, k := range keys {
					if bytes.Compare(k, s.From) >= 0 && bytes.Compare(k, s.To) < 0 {
						require.True(t, deleted[string(k)], "%s: %q is in a range from %q to %q", name, k, s.From, s.To)
					}
				}
			}
		}
		require.Greater(t, ranges, 20)
	}
}

// A fill writes until the file ends at the requested place, whatever overhead the store adds to a record.
func TestAFillEndsAtTheRequestedPlace(t *testing.T) {
	for header := range 40 {
		store := &counted{Store: newMemstore(none, 1), header: int64(header)}
		script := workloads.Script{Size: workloads.Size{Clients: 1}}
		var want []int64
		steps := []workloads.Step{}
		for left := range 21 {
			steps = append(steps, workloads.Step{
				Kind: history.Put, Durability: history.NoSync,
				Fill: &workloads.Fill{Key: []byte("k"), Block: 32 << 10, Left: []int{left}, Name: "c0"},
			})
			want = append(want, int64(32<<10-left)%(32<<10))
		}
		script.Clients = [][]workloads.Step{steps}
		rec := history.NewRecorder(&history.Clock{})
		opts := workloads.DriveOptions{Appended: func() int64 { return store.end }}
		require.NoError(t, workloads.Drive(t.Context(), store, script, rec, opts))
		require.Equal(t, want, store.next, "records with %d bytes besides key and value", header)
	}
}

// If a target states the length of its record header, a fill leaves about that much.
func TestAFillLeavesAHeader(t *testing.T) {
	store := &counted{Store: newMemstore(none, 1), header: 9}
	fill := &workloads.Fill{Key: []byte("k"), Block: 4 << 10, Left: []int{5, 5, 5}, Near: []int{0, -1}, Name: "c0"}
	script := workloads.Script{
		Size:    workloads.Size{Clients: 1},
		Clients: [][]workloads.Step{{{Kind: history.Put, Durability: history.NoSync, Fill: fill}}},
	}
	opts := workloads.DriveOptions{
		Appended: func() int64 { return store.end }, BlockBytes: 32 << 10, HeaderBytes: 30,
	}
	require.NoError(t, workloads.Drive(t.Context(), store, script, history.NewRecorder(&history.Clock{}), opts))
	require.Equal(t, []int64{32<<10 - 30, 32<<10 - 29, 32<<10 - 5}, store.next)
}

// counted is a store whose log exists only as a length.
type counted struct {
	workloads.Store
	header, end int64
	next        []int64 // offset within the block of each record that begins after a block was filled; such records are synced
}

func (c *counted) Apply(writes []history.Write, d history.Durability) error {
	if d == history.Sync {
		c.next = append(c.next, c.end%(32<<10))
	}
	c.end += c.header
	for _, w := range writes {
		c.end += int64(len(w.Key) + len(w.Value) + 3)
	}
	return c.Store.Apply(writes, d)
}
