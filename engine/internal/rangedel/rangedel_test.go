package rangedel_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/memtable"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
)

// keys are all the keys that tests ask for: bounds of random tombstones, and keys between and next to them.
func keys() [][]byte {
	all := [][]byte{{}}
	for c := byte('a'); c <= 'p'; c++ {
		all = append(all, []byte{c}, []byte{c, 0}, []byte{c, 'x'})
	}
	return all
}

func random(rng *rand.Rand, n int) []rangedel.Tombstone {
	all := keys()
	var ts []rangedel.Tombstone
	for len(ts) < n {
		a, b := rng.IntN(len(all)), rng.IntN(len(all))
		if a < b {
			ts = append(ts, rangedel.Tombstone{Start: all[a], End: all[b], Seq: key.Seq(1 + rng.IntN(60))})
		}
	}
	return ts
}

// newest is the reference with which the package is compared.
func newest(ts []rangedel.Tombstone, user []byte, seq key.Seq) (found key.Seq) {
	for _, t := range ts {
		if string(t.Start) <= string(user) && string(user) < string(t.End) && t.Seq <= seq {
			found = max(found, t.Seq)
		}
	}
	return found
}

func TestMergeKeepsTheEffectForEveryReader(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 1))
		ts := random(rng, rng.IntN(20))
		points := []key.Seq{key.MaxSeq}
		for range rng.IntN(4) {
			points = append(points, key.Seq(rng.IntN(60)))
		}
		slices.Sort(points)
		points = slices.Compact(points)
		cut := rng.IntN(len(ts) + 1)
		set := rangedel.Merge(points, ts[:cut], ts[cut:])
		require.True(t, set.Valid(), "%v", set)
		for _, user := range keys() {
			for _, point := range points {
				require.Equal(t, newest(ts, user, point), set.Newest(user, point), "seed %d: %q at %d", seed, user, point)
			}
		}
		needed := map[string]bool{}
		for _, user := range keys() {
			for _, point := range points {
				needed[fmt.Sprint(string(user), newest(ts, user, point))] = true
			}
		}
		for _, kept := range set {
			require.True(t, needed[fmt.Sprint(string(kept.Start), kept.Seq)], "seed %d: nobody needs %v", seed, kept)
		}
		rng.Shuffle(len(ts), func(i, j int) { ts[i], ts[j] = ts[j], ts[i] })
		require.Equal(t, set, rangedel.Merge(points, ts), "seed %d: the order of tombstones does not matter", seed)
		require.Equal(t, set, rangedel.Merge(points, set), "seed %d: merging a merged set does not change it", seed)
	}
}

func TestMergeJoinsSplitRanges(t *testing.T) {
	whole := rangedel.Set{{Start: []byte("a"), End: []byte("z"), Seq: 7}, {Start: []byte("a"), End: []byte("z"), Seq: 3}}
	left, right := whole.Clip(nil, []byte("m\x00")), whole.Clip([]byte("m\x00"), nil)
	require.Len(t, left, 2)
	require.Equal(t, whole, rangedel.Merge([]key.Seq{3, 7}, right, left))
	require.Equal(t, whole[:1], rangedel.Merge([]key.Seq{key.MaxSeq}, right, left))
}

func TestClipKeepsExactlyTheKeysInRange(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 2))
		ts := random(rng, rng.IntN(12))
		set := rangedel.Merge([]key.Seq{20, 40, key.MaxSeq}, ts)
		all := keys()
		from, to := all[rng.IntN(len(all))], all[rng.IntN(len(all))]
		if bytes.Compare(from, to) > 0 && len(to) > 0 {
			from, to = to, from
		}
		clipped := set.Clip(from, to)
		require.True(t, clipped.Valid(), "%v", clipped)
		for _, user := range all {
			inside := bytes.Compare(from, user) <= 0 && (len(to) == 0 || bytes.Compare(user, to) < 0)
			for _, seq := range []key.Seq{20, 40, key.MaxSeq} {
				want := key.Seq(0)
				if inside {
					want = set.Newest(user, seq)
				}
				require.Equal(t, want, clipped.Newest(user, seq), "seed %d: %q at %d of [%q, %q)", seed, user, seq, from, to)
				if inside {
					require.Equal(t, want, set.Overlapping(from, to).Newest(user, seq))
				}
			}
		}
	}
}

func TestLiveAnswersEveryReader(t *testing.T) {
	for seed := range uint64(100) {
		rng := rand.New(rand.NewPCG(seed, 3))
		var l rangedel.Live
		require.True(t, l.Empty())
		ts := random(rng, 1+rng.IntN(40))
		for i, added := range ts {
			l.Add(added)
			for range 20 {
				all := keys()
				user, seq := all[rng.IntN(len(all))], key.Seq(rng.IntN(62))
				want := newest(ts[:i+1], user, seq)
				require.Equal(t, want, l.Newest(user, seq), "seed %d: %q at %d", seed, user, seq)
				at := l.At(seq)
				require.True(t, at.Valid())
				require.Equal(t, want, at.Newest(user, key.MaxSeq), "seed %d: %q at %d", seed, user, seq)
			}
		}
		require.False(t, l.Empty())
		require.Positive(t, l.Bytes())
	}
}

func TestLiveCostsLittleWhenRangesAreNested(t *testing.T) {
	var l rangedel.Live
	const n = 4096
	for i := range n {
		l.Add(rangedel.Tombstone{Start: []byte{}, End: fmt.Appendf(nil, "%06d", i+1), Seq: key.Seq(i + 1)})
	}
	require.Less(t, l.Bytes(), n*100*13, "n log n, not n²")
	require.Equal(t, key.Seq(n), l.Newest([]byte("000000"), key.MaxSeq))
	require.Equal(t, key.Seq(100), l.Newest([]byte("000099"), 100))
	require.Zero(t, l.Newest([]byte("000100"), 100), "the end is not in the range")
}

func TestLiveTakesSeveralWritersAndReaders(t *testing.T) {
	var l rangedel.Live
	var group sync.WaitGroup
	for w := range 4 {
		group.Go(func() {
			for i := range 200 {
				seq := key.Seq(w*200 + i + 1)
				user := fmt.Appendf(nil, "%04d", seq)
				l.Add(rangedel.Tombstone{Start: user, End: rangedel.After(user), Seq: seq})
				if got := l.Newest(user, key.MaxSeq); got != seq {
					t.Errorf("added %d, found %d", seq, got)
				}
			}
		})
	}
	group.Wait()
	for seq := key.Seq(1); seq <= 800; seq++ {
		require.Equal(t, seq, l.Newest(fmt.Appendf(nil, "%04d", seq), key.MaxSeq))
	}
}

func TestLastIsAnInclusiveBound(t *testing.T) {
	for _, c := range []struct{ name, end, last string }{
		{"the key before one that ends in zero is known", "k\x00", "k"},
		{"the empty key is the only one before zero", "\x00", ""},
		{"no key is the last one before another", "k", "k"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tomb := rangedel.Tombstone{End: []byte(c.end), Seq: 1}
			require.Equal(t, c.last, string(tomb.Last()))
		})
	}
}

func TestValidRejectsMalformedSets(t *testing.T) {
	tomb := func(start, end string, seq key.Seq) rangedel.Tombstone {
		return rangedel.Tombstone{Start: []byte(start), End: []byte(end), Seq: seq}
	}
	for _, c := range []struct {
		name  string
		set   rangedel.Set
		valid bool
	}{
		{"nothing", nil, true},
		{"two versions of one range", rangedel.Set{tomb("a", "c", 5), tomb("a", "c", 3)}, true},
		{"ranges that adjoin", rangedel.Set{tomb("a", "c", 3), tomb("c", "d", 5)}, true},
		{"an empty range", rangedel.Set{tomb("a", "a", 5)}, false},
		{"a range upside down", rangedel.Set{tomb("b", "a", 5)}, false},
		{"no sequence number", rangedel.Set{tomb("a", "b", 0)}, false},
		{"the older version first", rangedel.Set{tomb("a", "c", 3), tomb("a", "c", 5)}, false},
		{"one version twice", rangedel.Set{tomb("a", "c", 3), tomb("a", "c", 3)}, false},
		{"ranges that overlap", rangedel.Set{tomb("a", "c", 5), tomb("b", "d", 3)}, false},
		{"one range inside another", rangedel.Set{tomb("a", "d", 5), tomb("a", "c", 3)}, false},
		{"ranges out of order", rangedel.Set{tomb("c", "d", 5), tomb("a", "b", 3)}, false},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.valid, c.set.Valid()) })
	}
}

// steps counts the movements of an iterator.
type steps struct {
	key.Iterator
	n int
}

func (s *steps) Next() bool                           { s.n++; return s.Iterator.Next() }
func (s *steps) Prev() bool                           { s.n++; return s.Iterator.Prev() }
func (s *steps) SeekGE(user []byte, seq key.Seq) bool { s.n++; return s.Iterator.SeekGE(user, seq) }
func (s *steps) SeekLT(user []byte) bool              { s.n++; return s.Iterator.SeekLT(user) }

type entry struct {
	user string
	seq  key.Seq
}

func under(it key.Iterator) entry { return entry{string(it.Key()), it.Trailer().Seq()} }

func TestHideShowsExactlyTheVisibleEntries(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 4))
		table, top := memtable.New(0), key.Seq(1+rng.IntN(60))
		ts := random(rng, rng.IntN(6))
		cut := rng.IntN(len(ts) + 1)
		older, set := rangedel.Merge([]key.Seq{key.MaxSeq}, ts[:cut]), rangedel.Merge([]key.Seq{key.MaxSeq}, ts[cut:])
		var want []entry
		for _, user := range keys() {
			for seq := top; seq > 0; seq-- {
				taken := slices.ContainsFunc(ts, func(t rangedel.Tombstone) bool { return t.Seq == seq })
				if rng.IntN(20) > 0 || taken {
					continue
				}
				table.Add(user, key.MakeTrailer(seq, key.Set), nil)
				if newest(ts, user, key.MaxSeq) < seq {
					want = append(want, entry{string(user), seq})
				}
			}
		}
		it := rangedel.Hide(table.NewIterator(), []rangedel.Set{older, nil, set}, top)
		var got []entry
		for ok := it.First(); ok; ok = it.Next() {
			got = append(got, under(it))
		}
		require.Equal(t, want, got, "seed %d", seed)
		for ok := it.Last(); ok; ok = it.Prev() {
			require.Equal(t, got[len(got)-1], under(it), "seed %d", seed)
			got = got[:len(got)-1]
		}
		require.Empty(t, got)
		for _, user := range keys() {
			i := slices.IndexFunc(want, func(e entry) bool { return e.user >= string(user) })
			ok := it.SeekGE(user, key.MaxSeq)
			require.Equal(t, i >= 0, ok)
			if ok {
				require.Equal(t, want[i], under(it))
			} else {
				i = len(want)
			}
			require.Equal(t, i > 0, it.SeekLT(user))
			if i > 0 {
				require.Equal(t, want[i-1], under(it))
			}
		}
	}
}

func TestHideSeeksOverCompletelyHiddenRanges(t *testing.T) {
	table := memtable.New(0)
	for i := range 1000 {
		table.Add(fmt.Appendf(nil, "%04d", i), key.MakeTrailer(key.Seq(i+1), key.Set), nil)
	}
	set := rangedel.Set{{Start: []byte("0001"), End: []byte("0999"), Seq: 2000}}
	counted := &steps{Iterator: table.NewIterator()}
	it := rangedel.Hide(counted, []rangedel.Set{{}, set}, 1000)
	require.True(t, it.First() && it.Next())
	require.Equal(t, "0999", string(it.Key()))
	require.True(t, it.Prev())
	require.Equal(t, "0000", string(it.Key()))
	require.Equal(t, 4, counted.n)
	require.True(t, set.Hides([]byte("0001"), []byte("0998"), 2000))
	require.False(t, set.Hides([]byte("0001"), []byte("0999"), 1999), "the end is not hidden")
	require.False(t, set.Hides([]byte("0000"), []byte("0998"), 1999))
	require.False(t, set.Hides([]byte("0001"), []byte("0998"), 2001), "a key in the range may be newer")
}

func BenchmarkLiveAdd(b *testing.B) {
	var l rangedel.Live
	for i := range b.N {
		user := fmt.Appendf(nil, "%09d", i*7919%b.N)
		l.Add(rangedel.Tombstone{Start: user, End: rangedel.After(user), Seq: key.Seq(i + 1)})
	}
}

func BenchmarkLiveNewest(b *testing.B) {
	var l rangedel.Live
	const n = 10_000
	for i := range n {
		user := fmt.Appendf(nil, "%09d", i*7919%n)
		l.Add(rangedel.Tombstone{Start: user, End: rangedel.After(user), Seq: key.Seq(i + 1)})
	}
	user := []byte("000005000")
	for b.Loop() {
		l.Newest(user, key.MaxSeq)
	}
}
