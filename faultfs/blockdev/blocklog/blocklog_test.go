package blocklog_test

import (
	"bytes"
	"hash/maphash"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blocklog"
)

// write is a write of pages that do not belong to a file: they start with a zero.
func write(at, pages int64) blocklog.Op {
	data := append([]byte{0}, bytes.Repeat([]byte{0xff}, int(pages*blocklog.PageBytes)-1)...)
	return blocklog.Op{Kind: blocklog.Write, Off: at * blocklog.PageBytes, Len: int64(len(data)), Data: data}
}

// file is a write of a page that starts with n letters.
func file(at int64, letter byte, n int) blocklog.Op {
	data := make([]byte, blocklog.PageBytes)
	copy(data, bytes.Repeat([]byte{letter}, n))
	return blocklog.Op{Kind: blocklog.Write, Off: at * blocklog.PageBytes, Len: int64(len(data)), Data: data}
}

var flush = blocklog.Op{Kind: blocklog.Flush}

func TestEpochs(t *testing.T) {
	t.Parallel()
	log := blocklog.Log{write(1, 1), flush, write(2, 1), write(3, 1), flush, flush, write(4, 1)}
	for _, test := range []struct {
		name string
		mark int
		want []blocklog.Epoch
	}{
		{"a cut anywhere begins before the first request", 0, []blocklog.Epoch{{From: 0, To: 1}, {From: 2, To: 4}, {From: 5, To: 5}, {From: 6, To: 7}}},
		{"a mark before a flush was answered leaves its epoch open", 1, []blocklog.Epoch{{From: 0, To: 1}, {From: 2, To: 4}, {From: 5, To: 5}, {From: 6, To: 7}}},
		{"a flush before the mark makes durable what was before it", 2, []blocklog.Epoch{{From: 2, To: 4}, {From: 5, To: 5}, {From: 6, To: 7}}},
		{"a mark within an epoch keeps nothing of it for sure", 3, []blocklog.Epoch{{From: 2, To: 4}, {From: 5, To: 5}, {From: 6, To: 7}}},
		{"a mark at the end leaves what was not flushed", 7, []blocklog.Epoch{{From: 6, To: 7}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, log.Epochs(test.mark))
		})
	}
}

func TestStates(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		log  blocklog.Log
		mark int
		want []string
	}{
		{"an empty log is one state", nil, 0, []string{"all before #0"}},
		{"what was flushed is there", blocklog.Log{write(1, 1), flush}, 2, []string{"all before #2"}},
		{
			"two requests survive in any combination",
			blocklog.Log{write(1, 1), write(2, 1)},
			2,
			[]string{"all before #0", "all before #0, then #0", "all before #0, then #0 #1", "all before #0, then #1"},
		},
		{
			"a later request may survive an earlier one, but not the flush between them",
			blocklog.Log{write(1, 1), flush, write(2, 1)},
			0,
			[]string{"all before #0", "all before #0, then #0", "all before #2", "all before #2, then #2"},
		},
		{
			"the bytes of a file tear at each of its sectors",
			blocklog.Log{file(1, 'n', 600)},
			1,
			[]string{
				"all before #0", "all before #0, then #0[0:512]", "all before #0, then #0[0:512] #0[1024:4096]",
				"all before #0, then #0[0:512] #0[512:1024]", "all before #0, then #0[0:512] #0[512:1024] #0[1024:4096]",
				"all before #0, then #0[1024:4096]", "all before #0, then #0[512:1024]", "all before #0, then #0[512:1024] #0[1024:4096]",
			},
		},
		{
			"other bytes tear after their first page",
			blocklog.Log{write(1, 3)},
			1,
			[]string{
				"all before #0", "all before #0, then #0[0:4096]", "all before #0, then #0[0:4096] #0[4096:12288]",
				"all before #0, then #0[4096:12288]",
			},
		},
		{
			"a hole is punched or not",
			blocklog.Log{{Kind: blocklog.Punch, Off: 0, Len: 8192}},
			1,
			[]string{"all before #0", "all before #0, then #0"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, describe(test.log, test.mark, blocklog.Sampling{Tears: blocklog.AtFileSectors, Exhaustive: 4}))
		})
	}
}

// describe returns all states, sorted, without duplicates.
func describe(log blocklog.Log, mark int, s blocklog.Sampling) (all []string) {
	for state := range log.States(mark, s) {
		all = append(all, log.Describe(state))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func TestLongEpochsAreSampled(t *testing.T) {
	t.Parallel()
	log := blocklog.Log{write(1, 1), write(2, 1), write(3, 1)}
	all := describe(log, 0, blocklog.Sampling{Tears: blocklog.AtFileSectors, Exhaustive: 2})
	require.Equal(t, []string{
		"all before #0", "all before #0, then #0", "all before #0, then #0 #1", "all before #0, then #0 #1 #2",
		"all before #0, then #0 #2", "all before #0, then #1", "all before #0, then #1 #2", "all before #0, then #2",
	}, all, "of three requests, prefixes, single survivors and single losses are everything")
	long := slices.Repeat(log, 4)
	few, more := describe(long, 0, blocklog.Sampling{Tears: blocklog.AtFileSectors, Exhaustive: 2}), describe(long, 0, blocklog.Sampling{Tears: blocklog.AtFileSectors, Exhaustive: 2, Random: 30, Seed: 7})
	require.Greater(t, len(more), len(few)+20)
	require.Equal(t, more, describe(long, 0, blocklog.Sampling{Tears: blocklog.AtFileSectors, Exhaustive: 2, Random: 30, Seed: 7}), "a seed gives the same states")
}

func TestEverythingTearsAtPages(t *testing.T) {
	t.Parallel()
	log := blocklog.Log{write(1, 3), file(1, 'n', 600)}
	require.Equal(t, []blocklog.Piece{{Op: 0, To: 4096}, {Op: 0, From: 4096, To: 8192}, {Op: 0, From: 8192, To: 12288}, {Op: 1, To: 4096}},
		log.Units(blocklog.Epoch{To: 2}, blocklog.AtPages))
}

func TestLongEpochsAreSpread(t *testing.T) {
	t.Parallel()
	log := slices.Repeat(blocklog.Log{write(1, 1)}, 100)
	all := describe(log, 0, blocklog.Sampling{Tears: blocklog.AtPages, Exhaustive: 2, Each: 4})
	require.Len(t, all, 2+3+4+4, "the first prefix is nothing")
	require.Contains(t, all, "all before #0, then #75")
}

func TestLostIsWhatWasNotKept(t *testing.T) {
	t.Parallel()
	log := blocklog.Log{write(1, 2), write(2, 1)}
	units := log.Units(blocklog.Epoch{To: 2}, blocklog.AtPages)
	require.Equal(t, units[1:2], blocklog.State{Kept: []blocklog.Piece{units[0], units[2]}}.Lost(units))
}

func TestForgedLogsAndStatesAreRejected(t *testing.T) {
	t.Parallel()
	log := blocklog.Log{write(1, 2), flush, write(2, 1)}
	require.NoError(t, log.CheckRequests(3*blocklog.PageBytes))
	require.ErrorIs(t, log.CheckRequests(2*blocklog.PageBytes), blocklog.ErrForged)
	require.NoError(t, log.Check(blocklog.State{Sure: 2, Kept: []blocklog.Piece{{Op: 2, To: 4096}}}))
	for _, forged := range []blocklog.State{
		{Sure: -1},
		{Sure: 4},
		{Sure: 2, Kept: []blocklog.Piece{{Op: 1}}},
		{Sure: 2, Kept: []blocklog.Piece{{Op: 3}}},
		{Sure: 2, Kept: []blocklog.Piece{{Op: 2, To: 4097}}},
		{Sure: 2, Kept: []blocklog.Piece{{Op: 2, From: 5, To: 4}}},
		{Sure: 2, Kept: []blocklog.Piece{{Op: 2, From: -1, To: 4}}},
	} {
		require.ErrorIs(t, log.Check(forged), blocklog.ErrForged, "%v", forged)
	}
}

func TestADiskCanBeRebuiltFromItsPages(t *testing.T) {
	t.Parallel()
	below := blocklog.NewDisk(nil)
	below.Do(file(0, 'a', 10))
	below.Do(blocklog.Op{Kind: blocklog.Punch, Off: blocklog.PageBytes, Len: blocklog.PageBytes})
	d := below.Fork()
	d.Do(file(2, 'c', 10))
	d.Do(file(0, 'b', 10))
	pages := d.Pages()
	require.Len(t, pages, 3)
	require.Nil(t, pages[1], "a page of zeros")
	again := blocklog.NewDiskOf(pages)
	for off, want := range []byte{'b', 0, 'c', 0xd5} {
		require.Equal(t, []byte{want}, read(again, int64(off)*blocklog.PageBytes))
	}
}

func TestDisk(t *testing.T) {
	t.Parallel()
	log := blocklog.Log{file(1, 'o', 600), flush, file(1, 'n', 600)}
	before := blocklog.NewDisk(nil)
	for _, test := range []struct {
		name string
		kept []blocklog.Piece
		want []byte // the letters at the beginning of the first and the second sector
	}{
		{"nothing of the epoch", nil, []byte("oo")},
		{"its first sector", []blocklog.Piece{{Op: 2, From: 0, To: 512}}, []byte("no")},
		{"its second sector", []blocklog.Piece{{Op: 2, From: 512, To: 1024}}, []byte("on")},
		{"all of it", []blocklog.Piece{{Op: 2, From: 0, To: 4096}}, []byte("nn")},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			disk := log.Disk(before, blocklog.State{Sure: 2, Kept: test.kept})
			got := make([]byte, 1024)
			disk.Read(got, blocklog.PageBytes)
			require.Equal(t, test.want, []byte{got[0], got[512]})
		})
	}
}

func TestForksAreIndependent(t *testing.T) {
	t.Parallel()
	a := blocklog.NewDisk(nil)
	a.Do(file(0, 'a', 10))
	b := a.Fork()
	b.Do(file(0, 'b', 10))
	a.Do(file(1, 'c', 10))
	require.Equal(t, []byte("a"), read(a, 0))
	require.Equal(t, []byte("b"), read(b, 0))
	require.Equal(t, []byte("c"), read(a, blocklog.PageBytes))
	require.Equal(t, []byte{0xd5}, read(b, blocklog.PageBytes), "sectors that were never written contain garbage")
	b.Do(blocklog.Op{Kind: blocklog.Punch, Off: 0, Len: blocklog.PageBytes})
	require.Equal(t, []byte{0}, read(b, 0))
}

func read(d *blocklog.Disk, off int64) []byte {
	b := make([]byte, 1)
	d.Read(b, off)
	return b
}

func TestHashTellsDisksApartByTheirBytesAlone(t *testing.T) {
	t.Parallel()
	seed := maphash.MakeSeed()
	log := blocklog.Log{file(1, 'o', 10), file(2, 'o', 10), file(1, 'o', 10)}
	before := blocklog.NewDisk(nil)
	hash := func(ops ...int) uint64 {
		var s blocklog.State
		for _, i := range ops {
			s.Kept = append(s.Kept, blocklog.Piece{Op: i, To: blocklog.PageBytes})
		}
		return log.Disk(before, s).Hash(seed)
	}
	require.Equal(t, hash(0), hash(2), "the same bytes by another request")
	require.Equal(t, hash(0, 1), hash(1, 2))
	require.NotEqual(t, hash(0), hash(1), "the same bytes in another place")
	require.NotEqual(t, hash(0), hash())
}
