package sst_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/compress"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
	"github.com/lightningdb/lightning-torture/engine/internal/sst"
)

// TestSalvageInventsNothing flips every byte of a table and truncates it to every length. Whatever is salvaged was
// written, in that order; range deletes are complete or reported as lost; and something is always reported as lost.
func TestSalvageInventsNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine: the race detector has nothing to find; run without -short")
	}
	ranges := rangedel.Set{{Start: []byte("key 010"), End: []byte("key 020"), Seq: 70}}
	for _, o := range []sst.WriterOptions{
		{Layout: sst.Restarts},
		{Layout: sst.Columns},
		{Layout: sst.Columns, Compression: compress.Snappy},
		{Layout: sst.Restarts, Compression: compress.Zstd, BloomBitsPerKey: -1},
		{Layout: sst.Columns, Compression: compress.Zstd},
	} {
		for _, deletes := range []rangedel.Set{nil, ranges} {
			t.Run(fmt.Sprintf("layout %d, %v, %d range deletes", o.Layout, o.Compression, len(deletes)), func(t *testing.T) {
				o.BlockBytes = 250
				salvageEverything(t, o, deletes)
			})
		}
	}
}

func salvageEverything(t *testing.T, o sst.WriterOptions, deletes rangedel.Set) {
	t.Helper()
	var file bytes.Buffer
	w := sst.NewWriter(&file, o)
	var written []string
	for i := range 60 {
		user, value := fmt.Appendf(nil, "key %03d", i), fmt.Appendf(nil, "value %d of many", i)
		tr := key.MakeTrailer(key.Seq(i+1), key.Set)
		require.NoError(t, w.Add(user, tr, value))
		written = append(written, fmt.Sprintf("%s %d %s", user, tr, value))
	}
	w.AddRanges(deletes)
	_, err := w.Finish()
	require.NoError(t, err)
	salvage := func(content []byte) (got []string, found rangedel.Set, gaps []sst.Gap) {
		found, gaps = sst.Salvage(content, "000007.sst", func(user []byte, tr key.Trailer, value []byte) {
			got = append(got, fmt.Sprintf("%s %d %s", user, tr, value))
		})
		return got, found, gaps
	}
	judge := func(at string, got []string, found rangedel.Set, gaps []sst.Gap) {
		requireSubsequence(t, written, got)
		require.NotEmpty(t, gaps, at)
		require.ErrorIs(t, gaps[0].Cause, corrupt.Err, at)
		named := slices.ContainsFunc(gaps, func(g sst.Gap) bool { return g.Ranges })
		if found == nil {
			require.True(t, named || deletes == nil, at)
			return
		}
		require.False(t, named, at)
		require.Equal(t, deletes, found, at)
	}
	got, found, gaps := salvage(file.Bytes())
	require.Equal(t, written, got)
	require.Equal(t, deletes, found)
	require.Empty(t, gaps)

	most, blind := 0, 0 // entries that one flipped bit cost, bytes that cost the knowledge of range deletes
	for at := range file.Len() {
		damaged := bytes.Clone(file.Bytes())
		damaged[at] ^= 4
		got, found, gaps := salvage(damaged)
		judge(fmt.Sprintf("byte %d", at), got, found, gaps)
		if at < 100 {
			require.Less(t, len(got), len(written))
			require.Equal(t, "key 0", string(gaps[0].Before[:5]))
		}
		most = max(most, len(written)-len(got))
		if slices.ContainsFunc(gaps, func(g sst.Gap) bool { return g.Ranges }) {
			blind++
		}
	}
	require.Less(t, most, 20, "one block")
	if deletes == nil {
		require.Zero(t, blind)
	} else {
		require.Less(t, blind, 64, "the block of the range deletes")
	}
	for n := range file.Len() {
		got, found, gaps := salvage(file.Bytes()[:n])
		judge(fmt.Sprintf("cut at %d", n), got, found, gaps)
	}
}

func requireSubsequence(t *testing.T, of, got []string) {
	t.Helper()
	i := 0
	for _, g := range got {
		for i < len(of) && of[i] != g {
			i++
		}
		require.Less(t, i, len(of), "%s was never written, or not here", g)
		i++
	}
}
