package sst_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/compress"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/key/keytest"
	"github.com/lightningdb/lightning-torture/engine/internal/sst"
)

type family struct {
	name  string
	users []string
}

// families are key sets whose blocks share long prefixes, or nearly do.
func families(rng *rand.Rand) []family {
	long := string(bytes.Repeat([]byte("tenant/"), 6))
	groups, chain := []string{"a", "zz"}, []string{}
	for range 400 {
		groups = append(groups, fmt.Sprintf("%s%d/%04d", long, rng.IntN(5), rng.IntN(2000)))
	}
	for n := range 200 {
		chain = append(chain, string(bytes.Repeat([]byte("b"), 1+n)))
	}
	empty := []string{"a", "aa", long}
	for range 300 {
		empty = append(empty, long+string(keytest.Bytes(rng, rng.IntN(3))))
	}
	borders := []string{"a"} // rests that are keys, and prefixes around the length that is cut
	for _, prefix := range []string{
		"bbbbbbb", "bbbbbbbb", "bbbbbbbbb", "bbbbbbbd", "bbbbbbbd\x00", "\xff\xff\xff\xff\xff\xff\xff\xff",
	} {
		for _, rest := range []string{"", "\x00", "\x00\x00", "aa", "ab", "b", "bbbbbbbb", "\xff", "\xff\xff\xff\xff\xff"} {
			borders = append(borders, prefix+rest)
		}
	}
	return []family{
		{"groups of a long prefix", groups},
		{"a chain of prefixes", chain},
		{"keys that are the prefix", empty},
		{"one key", []string{long}},
		{"borders", borders},
	}
}

// versions returns between one and most versions of each key, in order.
func versions(rng *rand.Rand, users []string, most int) []keytest.Entry {
	var entries []keytest.Entry
	for _, user := range slices.Compact(slices.Sorted(slices.Values(users))) {
		for v := most - rng.IntN(most); v > 0; v-- {
			tr := key.MakeTrailer(key.Seq(3*v), key.Kind(rng.IntN(2)))
			entries = append(entries, keytest.Entry{Key: []byte(user), Trailer: tr, Value: keytest.Bytes(rng, rng.IntN(12))})
		}
	}
	return entries
}

// beside returns keys at, around and inside those of the entries: truncated, with a byte changed, and their suffixes.
func beside(rng *rand.Rand, entries []keytest.Entry) [][]byte {
	targets := [][]byte{{}, {0}, {255}, bytes.Repeat([]byte{255}, 70)}
	for range 300 {
		user := bytes.Clone(entries[rng.IntN(len(entries))].Key)
		at := rng.IntN(len(user))
		changed := bytes.Clone(user)
		changed[at] += byte(1 - 2*rng.IntN(2))
		targets = append(targets, user, user[:at], append(bytes.Clone(user[:at]), 0), append(bytes.Clone(user[:at]), 255),
			changed, user[at:], append(bytes.Clone(user), byte(rng.IntN(256))))
	}
	return targets
}

func TestTablesOfSharedPrefixesAgreeWithASortedSlice(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine: the race detector has nothing to find; run without -short")
	}
	for seed := range uint64(3) {
		rng := rand.New(rand.NewPCG(seed, 9))
		for _, f := range families(rng) {
			for _, blockBytes := range []int{1, 100, 700, 4096} {
				entries := versions(rng, f.users, 1+int(seed*seed))
				o := sst.WriterOptions{
					Layout: sst.Columns, BlockBytes: blockBytes, BloomBitsPerKey: -1, Compression: compress.Compression(seed),
				}
				file, _ := build(t, o, entries)
				r := open(t, file, sst.ReaderOptions{Name: f.name})
				require.NoError(t, r.Verify(), f.name)
				require.NoError(t, keytest.Conform(r.NewIterator(), entries, rng, 1000), f.name)
				require.NoError(t, seeks(r, entries, beside(rng, entries), rng), "%s, blocks of %d", f.name, blockBytes)
				requireSalvage(t, file[:len(file)-1], entries)
			}
		}
	}
}

// requireSalvage requires that a table without a footer still yields all its entries.
func requireSalvage(t *testing.T, content []byte, entries []keytest.Entry) {
	t.Helper()
	var got []keytest.Entry
	_, gaps := sst.Salvage(content, "t", func(user []byte, tr key.Trailer, value []byte) {
		got = append(got, keytest.Entry{Key: user, Trailer: tr, Value: value})
	})
	require.Len(t, gaps, 1)
	require.Len(t, got, len(entries))
	for i, e := range entries {
		require.Equal(t, e.Key, got[i].Key)
		require.Equal(t, e.Trailer, got[i].Trailer)
		require.True(t, bytes.Equal(e.Value, got[i].Value))
	}
}

func TestBlocksWithASharedPrefixAreFilledExactly(t *testing.T) {
	var entries []keytest.Entry
	for i := range 5000 { // of five families, which have nothing in common
		user := fmt.Appendf(nil, "%s%06d", bytes.Repeat([]byte{'a' + byte(i/1000)}, 39), i)
		entries = append(entries, keytest.Entry{Key: user, Trailer: set(1), Value: []byte("8 bytes.")})
	}
	file, _ := build(t, sst.WriterOptions{Layout: sst.Columns, BlockBytes: 4096}, entries)
	d, err := open(t, file, sst.ReaderOptions{}).Describe()
	require.NoError(t, err)
	part := 0
	for _, p := range d.Parts {
		if p.Data == nil {
			continue
		}
		require.LessOrEqual(t, p.Data.PayloadBytes, uint64(4096))
		if p.Data.PayloadBytes < 4096-64 {
			part++
		}
	}
	require.Equal(t, 5, part, "the last block of each family")
}

// seeks looks for every target in every way, and compares with the model.
func seeks(r *sst.Reader, entries []keytest.Entry, targets [][]byte, rng *rand.Rand) error {
	it, model := r.NewIterator(), keytest.NewIterator(entries)
	same := func(got, want bool) bool {
		return got == want && it.Error() == nil &&
			(!want || bytes.Equal(it.Key(), model.Key()) && it.Trailer() == model.Trailer())
	}
	for _, user := range targets {
		seq := key.Seq(rng.IntN(40))
		want := model.SeekGE(user, seq)
		found := want && bytes.Equal(model.Key(), user)
		value, kind, ok, err := r.Get(user, seq)
		if err != nil || ok != found || ok && (kind != model.Trailer().Kind() || !bytes.Equal(value, model.Value())) {
			return fmt.Errorf("Get(%q, %d): %t, %w, want %t", user, seq, ok, err, found)
		}
		if !same(it.SeekGE(user, seq), want) || !same(it.Prev(), model.Prev()) {
			return fmt.Errorf("SeekGE(%q, %d), Prev", user, seq)
		}
		if !same(it.SeekLT(user), model.SeekLT(user)) || !same(it.Next(), model.Next()) {
			return fmt.Errorf("SeekLT(%q), Next", user)
		}
		if it.Valid() && !same(it.SeekGE(it.Key(), key.MaxSeq), model.SeekGE(model.Key(), key.MaxSeq)) {
			return fmt.Errorf("SeekGE of where it is, after SeekLT(%q)", user)
		}
	}
	return nil
}
