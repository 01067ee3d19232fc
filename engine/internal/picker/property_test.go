package picker

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// TestPicksReachAFixpoint flushes tables at random while up to three compactions run at the same time, starting and
// ending in any order. Levels stay in order throughout. Without further flushes all work ends, and every level is
// within its limit.
func TestPicksReachAFixpoint(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine: the race detector has nothing to find; run without -short")
	}
	together := 0
	for seed := range uint64(60) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 7))
			o := Limits{LevelBytesBase: 2 + int64(seed%8), LevelSizeRatio: 2 + int(seed%3), L0CompactionFiles: 2, TableBytes: 8, SmallTables: 1 + int(seed%4)}
			s := &simulated{
				Picker: &Picker{Version: &view.Version{}, Limits: o, Oldest: key.MaxSeq},
				holds:  map[*view.Table]map[byte]int{}, truth: map[byte]int{},
			}
			if seed%2 == 1 {
				s.inherit(rng)
			}
			for range 300 {
				s.step(rng)
				together = max(together, len(s.Running))
				s.check(t)
			}
			s.drain(t)
		})
	}
	require.Equal(t, 3, together, "three compactions ran concurrently")
}

func (s *simulated) step(rng *rand.Rand) {
	switch n := rng.IntN(10); {
	case n < 3:
		s.flush(someKeys(rng))
	case n < 6 && len(s.Running) > 0:
		s.finish(s.Running[rng.IntN(len(s.Running))])
	case len(s.Running) < 3:
		if c := s.Pick(); c != nil {
			s.Running = append(s.Running, c)
		}
	}
}

func someKeys(rng *rand.Rand) (keys []byte) {
	from := rng.IntN(256)
	width := 1 + rng.IntN(256-from)
	for range 1 + rng.IntN(20) {
		keys = append(keys, byte(from+rng.IntN(width)))
	}
	return keys
}

// inherit starts with tables in high levels, as stores written with other options have them.
func (s *simulated) inherit(rng *rand.Rand) {
	for _, level := range []int{5, 3, 2, 1} {
		s.flush(someKeys(rng))
		c := &Compaction{}
		c.Inputs[0] = s.Version.Levels[0]
		s.replace(c, level, c.Inputs[0])
	}
}

func (s *simulated) drain(t *testing.T) {
	t.Helper()
	for steps := 0; ; steps++ {
		require.Less(t, steps, 1000, "the work ends")
		if c := s.Pick(); c != nil {
			s.Running = append(s.Running, c)
		} else if len(s.Running) == 0 {
			break
		} else {
			s.finish(s.Running[0])
		}
		s.check(t)
	}
	base, limits := s.levelLimits()
	require.Less(t, len(s.Version.Levels[0]), s.Limits.L0CompactionFiles)
	for level := 1; level < base; level++ {
		require.Empty(t, s.Version.Levels[level], "level %d is above the base level", level)
	}
	for level := base; level < view.Bottom; level++ {
		require.Less(t, float64(view.BytesOf(s.Version.Levels[level])), limits[level], "level %d", level)
	}
	for level := 1; level < view.Levels; level++ {
		tables := s.Version.Levels[level]
		require.LessOrEqual(t, len(tables), s.Limits.tablesMax(view.BytesOf(tables)), "level %d has too many tables", level)
		for i, tab := range s.Version.Levels[level] {
			c := s.compaction(level, min(level+1, view.Bottom), s.Version.Levels[level][i:i+1])
			require.False(t, tab.MostlyTombstones() && s.pays(c), "table of tombstones in level %d", level)
		}
	}
}

// simulated is a store whose tables are sets of keys, on which the compactions chosen by a picker run.
type simulated struct {
	*Picker
	holds map[*view.Table]map[byte]int // the version of each key; negative: a tombstone
	truth map[byte]int                 // the newest version of each key
	clock int
	num   uint64
}

// table makes a table, unless it would be empty.
func (s *simulated) table(keys map[byte]int) []*view.Table {
	if len(keys) == 0 {
		return nil
	}
	s.num++
	t := &view.Table{Table: manifest.Table{Num: s.num, Bytes: uint64(len(keys)), Entries: uint64(len(keys))}}
	order := make([]byte, 0, len(keys))
	for k, version := range keys {
		order = append(order, k)
		if version < 0 {
			t.Tombstones++
		}
	}
	t.Smallest, t.Largest = []byte{slices.Min(order)}, []byte{slices.Max(order)}
	s.holds[t] = keys
	return []*view.Table{t}
}

// flush adds a table to level 0.
func (s *simulated) flush(keys []byte) {
	content := map[byte]int{}
	for i, k := range keys {
		s.clock++
		content[k] = s.clock
		if i%3 == 0 {
			content[k] = -s.clock
		}
		s.truth[k] = content[k]
	}
	s.replace(nil, 0, s.table(content))
}

// replace makes a new version, as the engine does.
func (s *simulated) replace(c *Compaction, level int, added []*view.Table) {
	v := &view.Version{Levels: s.Version.Levels}
	for l := range v.Levels {
		v.Levels[l] = slices.DeleteFunc(slices.Clone(v.Levels[l]), func(t *view.Table) bool {
			return c != nil && slices.Contains(c.Inputs[l], t)
		})
	}
	v.Levels[level] = append(added, v.Levels[level]...)
	if level > 0 {
		slices.SortFunc(v.Levels[level], func(a, b *view.Table) int { return slices.Compare(a.Smallest, b.Smallest) })
	}
	s.Version = v
}

// finish ends a running compaction.
func (s *simulated) finish(c *Compaction) {
	s.Running = slices.DeleteFunc(slices.Clone(s.Running), func(r *Compaction) bool { return r == c })
	merged := map[byte]int{}
	for _, tables := range c.Inputs {
		for _, t := range tables {
			for k, version := range s.holds[t] {
				if _, newer := merged[k]; !newer {
					merged[k] = version
				}
			}
		}
	}
	var outputs []*view.Table
	part := map[byte]int{}
	for k := range 256 {
		version, ok := merged[byte(k)]
		if ok && (version > 0 || s.Version.Below(c.Output, []byte{byte(k)}, []byte{byte(k)})) {
			part[byte(k)] = version
		}
		if len(part) == 8 && c.Splits() {
			outputs, part = append(outputs, s.table(part)...), map[byte]int{}
		}
	}
	s.replace(c, c.Output, append(outputs, s.table(part)...))
}

// check fails if an invariant of the levels is broken.
func (s *simulated) check(t *testing.T) {
	t.Helper()
	for l, level := range s.Version.Levels[1:] {
		for i := 1; i < len(level); i++ {
			if level[i-1].Largest[0] >= level[i].Smallest[0] {
				t.Fatalf("I8: level %d overlaps", l+1)
			}
		}
	}
	newest := map[byte]int{}
	for _, level := range s.Version.Levels {
		for _, tab := range level {
			for k, version := range s.holds[tab] {
				if _, hidden := newest[k]; !hidden && version != s.truth[k] {
					t.Fatalf("key %d has version %d, want %d", k, version, s.truth[k])
				}
				if above, ok := newest[k]; ok && max(above, -above) <= max(version, -version) {
					t.Fatalf("I8: key %d has version %d above %d", k, above, version)
				}
				newest[k] = version
			}
		}
	}
	for k, version := range s.truth {
		if _, found := newest[k]; !found && version > 0 {
			t.Fatalf("key %d is lost", k)
		}
	}
}
