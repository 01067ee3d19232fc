package manifest

import (
	"bytes"
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

// written returns manifest 3 with one record per edit, synced and sealed like those of the engine.
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

func TestEditsComeBack(t *testing.T) {
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
		"the last edit is cut: its sync cannot have returned":        {full[:len(short)+30], false, 8},
		"the last edit is damaged, but sealed":                       {flipped(full, len(short)+25), true, 0},
		"an edit in the middle is damaged":                           {flipped(full, 60), true, 0},
		"nothing at all: a marker is made only behind a synced edit": {nil, true, 0},
		"the first edit is cut":                                      {full[:20], true, 0},
		"an edit deletes a table that is not there": {
			written(t, Edit{Deleted: []Deleted{{0, 1}}}), true, 0,
		},
		"an edit adds a table twice": {written(t, history()[1], history()[1]), true, 0},
		"whole edits, though the file goes on with zeros as it may do": {
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

func TestCheckRefusesWhatCannotBe(t *testing.T) {
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

// FuzzLoad and FuzzDecodeEdit look for panics, and for errors that are not corruption.
func FuzzLoad(f *testing.F) {
	f.Add(written(f, history()...))
	f.Fuzz(func(t *testing.T, content []byte) {
		s, _, err := Load(content, "M", 3)
		if err != nil {
			require.ErrorIs(t, err, corrupt.Err)
			return
		}
		_ = s.Check()
	})
}

func FuzzDecodeEdit(f *testing.F) {
	for _, e := range history() {
		f.Add(e.Encode())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := DecodeEdit(b)
		if err != nil {
			require.ErrorIs(t, err, corrupt.Err)
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
