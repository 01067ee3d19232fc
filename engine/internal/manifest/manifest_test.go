package manifest

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

type memFile struct{ bytes.Buffer }

func (*memFile) Sync() error  { return nil }
func (*memFile) Close() error { return nil }

func table(num uint64, smallest, largest string) Table {
	return Table{
		Num: num, Bytes: num * 100, Entries: num * 10, MinSeq: 1, MaxSeq: 1 << 40,
		Smallest: []byte(smallest), Largest: []byte(largest),
	}
}

func withTombstones(t Table, n uint64) Table {
	t.Tombstones = n
	return t
}

// written returns manifest 3 with one record per edit, synced and sealed as by the engine.
func written(t testing.TB, edits ...Edit) []byte {
	t.Helper()
	f := &memFile{}
	w := wal.NewWriter(f, 3)
	for _, e := range edits {
		require.NoError(t, w.Append(e.Encode()))
		require.NoError(t, w.Seal())
	}
	return f.Bytes()
}

func history() []Edit {
	return []Edit{
		{NextFile: 4, LogFloor: 2},
		{NextFile: 6, LogFloor: 5, LastSeq: 9, Added: []Placed{{0, table(5, "a", "m")}}},
		{NextFile: 8, Added: []Placed{{0, table(7, "b", "")}, {1, table(6, "c", "d")}, {1, table(8, "a", "b")}}},
		{NextFile: 9, Deleted: []Deleted{{0, 5}}, Added: []Placed{{1, withTombstones(table(5, "e", "f"), 7)}}},
	}
}

// referring returns a table that refers to blob files.
func referring(num uint64, at string, blobs ...Blobs) Table {
	t := table(num, at, at)
	t.Blobs = blobs
	return t
}

// blobHistory makes blob files 10 and 11 live, and then 11 dead and 14 live.
func blobHistory() []Edit {
	return []Edit{
		{
			Added: []Placed{{0, referring(12, "a", Blobs{10, 2, 50}, Blobs{11, 1, 30})}, {0, referring(13, "b", Blobs{10, 1, 50})}},

			BlobFilesAdded: []BlobFile{{10, 100}, {11, 1 << 40}},
		},
		{
			Deleted: []Deleted{{0, 12}}, Added: []Placed{{1, referring(15, "a", Blobs{10, 1, 25}, Blobs{14, 3, 7})}},
			BlobFilesAdded: []BlobFile{{14, 9}}, BlobFilesRemoved: []uint64{11},
		},
	}
}

func TestBlobFilesAreLiveAsLongAsTablesReferToThem(t *testing.T) {
	var s State
	for _, e := range blobHistory() {
		got, err := DecodeEdit(e.Encode())
		require.NoError(t, err)
		require.Equal(t, e, got)
		added, removed := s.BlobFileChanges(Edit{Deleted: e.Deleted, Added: e.Added})
		require.Len(t, added, len(e.BlobFilesAdded))
		for i, f := range e.BlobFilesAdded {
			require.Equal(t, f.Num, added[i])
		}
		require.Equal(t, e.BlobFilesRemoved, removed)
		before := s
		require.NoError(t, s.Apply(e))
		require.NoError(t, s.Check())
		require.NoError(t, before.Check(), "an earlier state does not change")
	}
	require.Equal(t, []BlobFile{{10, 100}, {14, 9}}, s.BlobFiles)
	require.Equal(t, map[uint64]uint64{10: 75, 14: 7}, s.LiveBlobs())
	_, mentioned, err := Load(written(t, blobHistory()...), "M", 3)
	require.NoError(t, err)
	require.True(t, mentioned[11], "a removed blob file is still mentioned")
	again, _, err := Load(written(t, s.Snapshot()), "M", 3)
	require.NoError(t, err)
	require.Equal(t, s, again)
}

func TestImpossibleBlobFiles(t *testing.T) {
	first := blobHistory()[0]
	with := func(change func(e *Edit)) []Edit {
		e := blobHistory()[0]
		change(&e)
		return []Edit{e}
	}
	for name, edits := range map[string][]Edit{
		"added twice":                         {first, {BlobFilesAdded: []BlobFile{{10, 100}}}},
		"removed, but not present":            {first, {BlobFilesRemoved: []uint64{12}}},
		"listed, but not needed":              {first, {BlobFilesAdded: []BlobFile{{20, 1}}}},
		"needed, but not listed":              with(func(e *Edit) { e.BlobFilesAdded = e.BlobFilesAdded[:1] }),
		"more bytes needed than the file has": with(func(e *Edit) { e.BlobFilesAdded[0].Bytes = 99 }),
		"more bytes needed than fit in a count": with(func(e *Edit) {
			b := &e.Added[0].Table.Blobs
			*b = append(*b, Blobs{File: 10, Values: 1, Bytes: 1 << 63}, Blobs{File: 10, Values: 1, Bytes: 1 << 63})
		}),
	} {
		t.Run(name, func(t *testing.T) {
			var s State
			var err error
			for _, e := range edits {
				if err == nil {
					err = s.Apply(e)
				}
			}
			if err == nil {
				err = s.Check()
			}
			require.ErrorIs(t, err, corrupt.Err)
		})
	}
	_, err := DecodeEdit([]byte{tagBlobs, 1, 2, 3})
	require.ErrorIs(t, err, corrupt.Err, "blob references without a table")
}

func TestEditsRoundTrip(t *testing.T) {
	for _, e := range history() {
		got, err := DecodeEdit(e.Encode())
		require.NoError(t, err)
		require.Equal(t, e.Encode(), got.Encode())
		require.Len(t, got.Added, len(e.Added))
		for i := range e.Added {
			require.Equal(t, e.Added[i].Num, got.Added[i].Num)
			require.Equal(t, e.Added[i].Tombstones, got.Added[i].Tombstones)
			require.Equal(t, string(e.Added[i].Largest), string(got.Added[i].Largest))
		}
		require.Equal(t, e.Deleted, got.Deleted)
	}
}

func TestLoadAppliesAll(t *testing.T) {
	s, mentioned, err := Load(written(t, history()...), "M", 3)
	require.NoError(t, err)
	require.EqualValues(t, 9, s.NextFile)
	require.EqualValues(t, 5, s.LogFloor)
	require.EqualValues(t, 9, s.LastSeq)
	require.Equal(t, []uint64{7}, nums(s.Levels[0]))
	require.Equal(t, []uint64{8, 6, 5}, nums(s.Levels[1]), "by key")
	require.Equal(t, map[uint64]bool{5: true, 6: true, 7: true, 8: true}, mentioned)

	again, _, err := Load(written(t, s.Snapshot()), "M", 3)
	require.NoError(t, err)
	require.Equal(t, s, again, "a snapshot leads to the same state")
}

// The end of a log is known until the log becomes obsolete, even if one edit says both.
func TestEndsOfLogs(t *testing.T) {
	edits := []Edit{
		{NextFile: 9, LogFloor: 5, LogEnds: []LogEnd{{8, 80}, {5, 50}, {4, 40}}},
		{LogEnds: []LogEnd{{7, 70}}},
		{LogFloor: 7},
	}
	want := [][]LogEnd{{{5, 50}, {8, 80}}, {{5, 50}, {7, 70}, {8, 80}}, {{7, 70}, {8, 80}}}
	var s State
	for i, e := range edits {
		got, err := DecodeEdit(e.Encode())
		require.NoError(t, err)
		require.Equal(t, e, got)
		before := s
		require.NoError(t, s.Apply(e))
		require.NoError(t, s.Check())
		require.Equal(t, want[i], s.LogEnds)
		if i > 0 {
			require.Equal(t, want[i-1], before.LogEnds, "an earlier state does not change")
		}
		again, _, err := Load(written(t, s.Snapshot()), "M", 3)
		require.NoError(t, err)
		require.Equal(t, s, again)
	}
	require.EqualValues(t, 70, s.LogEnd(7))
	require.Zero(t, s.LogEnd(5), "it is obsolete")
	require.Zero(t, s.LogEnd(6), "it never ended")
	require.NoError(t, s.Apply(Edit{LogFloor: 100}))
	require.Nil(t, s.LogEnds)

	require.ErrorIs(t, (&State{LogEnds: []LogEnd{{7, 70}}}).Apply(Edit{LogEnds: []LogEnd{{7, 70}}}), corrupt.Err, "twice")
	for _, l := range []LogEnd{{7, 0}, {7, 1 << 40}, {1 << 63, 5}} {
		require.ErrorIs(t, (&State{LogEnds: []LogEnd{l}}).Check(), corrupt.Err, "%v", l)
	}
}

func nums(tables []Table) (n []uint64) {
	for _, t := range tables {
		n = append(n, t.Num)
	}
	return n
}

func TestApplyLeavesEarlierStatesAlone(t *testing.T) {
	var s State
	require.NoError(t, s.Apply(history()[1]))
	before := s
	require.NoError(t, s.Apply(history()[2]))
	require.NoError(t, s.Apply(history()[3]))
	require.Equal(t, []uint64{5}, nums(before.Levels[0]))
}

func TestDamage(t *testing.T) {
	full := written(t, history()...)
	short := written(t, history()[:3]...)
	for name, c := range map[string]struct {
		content []byte
		corrupt bool
		next    uint64
	}{
		"the last edit is truncated: its sync cannot have returned": {full[:len(short)+30], false, 8},
		"the last edit is damaged, but sealed":                      {flipped(full, len(short)+25), true, 0},
		"an edit in the middle is damaged":                          {flipped(full, 60), true, 0},
		"empty: a marker is created only after a synced edit":       {nil, true, 0},
		"the first edit is truncated":                               {full[:20], true, 0},
		"an edit deletes a table that is not there": {
			written(t, Edit{Deleted: []Deleted{{0, 1}}}), true, 0,
		},
		"an edit adds a table twice": {written(t, history()[1], history()[1]), true, 0},
		"all edits, followed by zeros, which are allowed": {
			append(bytes.Clone(full), make([]byte, 99)...), false, 9,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, _, err := Load(c.content, "M", 3)
			if c.corrupt {
				require.ErrorIs(t, err, corrupt.Err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.next, s.NextFile)
		})
	}
}

func flipped(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 16
	return b
}

func TestCheckRejectsImpossibleStates(t *testing.T) {
	for name, tables := range map[string][]Placed{
		"overlap in level 1": {{1, table(1, "a", "m")}, {1, table(2, "m", "z")}},
		"upside down":        {{2, table(1, "z", "a")}},
		"twice":              {{0, table(1, "a", "b")}, {3, table(1, "a", "b")}},
	} {
		t.Run(name, func(t *testing.T) {
			var s State
			require.NoError(t, s.Apply(Edit{Added: tables}))
			require.ErrorIs(t, s.Check(), corrupt.Err)
		})
	}
	for name, e := range map[string]Edit{
		"a file number that overflows": {NextFile: NumMax + 1}, "a log that overflows": {LogFloor: NumMax + 1},
		"commits beyond all": {LastSeq: SeqMax + 1}, "a table that overflows": {Added: []Placed{{0, Table{Num: NumMax + 1}}}},
		"a table with sequence numbers above the maximum":  {Added: []Placed{{0, Table{Num: 1, MaxSeq: SeqMax + 1}}}},
		"a table whose range of sequence numbers is empty": {Added: []Placed{{0, Table{Num: 1, MinSeq: 2, MaxSeq: 1}}}},
	} {
		t.Run(name, func(t *testing.T) {
			var s State
			require.NoError(t, s.Apply(e))
			require.ErrorIs(t, s.Check(), corrupt.Err)
		})
	}
	var s State
	require.NoError(t, s.Apply(Edit{Added: []Placed{{0, table(1, "a", "m")}, {0, table(2, "b", "z")}}}))
	require.NoError(t, s.Check(), "tables of level 0 may overlap")
}

func TestMarkers(t *testing.T) {
	m := Marker{Num: 12, Manifest: 1234567}
	require.Equal(t, "marker.000012.MANIFEST-1234567", m.Name())
	got, ok := ParseMarker(m.Name())
	require.True(t, ok)
	require.Equal(t, m, got)
	require.NotEqual(t, m.Content(), Marker{Num: 13, Manifest: 1234567}.Content())
	for _, name := range []string{
		"", "marker.", "marker.1.MANIFEST-000001", "marker.000001.MANIFEST-1", "marker.000001.MANIFEST-000001.tmp",
		"MANIFEST-000001", "marker.000001", "xmarker.000001.MANIFEST-000001",
	} {
		_, ok = ParseMarker(name)
		require.False(t, ok, name)
	}
	_, ok = ParseFileName("MANIFEST-000001x")
	require.False(t, ok)
}

// FuzzLoad and FuzzDecodeEdit look for panics, and for errors that are neither corruption nor a newer version.
func FuzzLoad(f *testing.F) {
	f.Add(written(f, history()...))
	f.Add(written(f, blobHistory()...))
	f.Fuzz(func(t *testing.T, content []byte) {
		s, _, err := Load(content, "M", 3)
		if err != nil {
			requireRefused(t, err)
			return
		}
		_ = s.Check()
	})
}

func FuzzDecodeEdit(f *testing.F) {
	for _, e := range append(history(), blobHistory()...) {
		f.Add(e.Encode())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := DecodeEdit(b)
		if err != nil {
			requireRefused(t, err)
			return
		}
		again, err := DecodeEdit(e.Encode())
		require.NoError(t, err)
		require.Equal(t, e, again)
		var s State
		if s.Apply(e) == nil {
			_ = s.Check()
		}
	})
}

func requireRefused(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, ErrVersion) {
		require.ErrorIs(t, err, corrupt.Err)
	}
}
