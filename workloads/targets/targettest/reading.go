package targettest

import (
	"fmt"
	"io"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// place returns the pair at a cursor's position as key=value, or "end" if the cursor is not on a key.
func (s *suite) place(c workloads.Cursor, stands bool) string {
	s.Helper()
	require.NoError(s.T, c.Error())
	if !stands {
		return "end"
	}
	return fmt.Sprintf("%s=%s", c.Key(), c.Value())
}

// walked returns the position of a cursor after each move.
func (s *suite) walked(m workloads.CursorMaker, b workloads.Bounds, moves ...workloads.Move) []string {
	s.Helper()
	c, err := m.NewCursor(b)
	require.NoError(s.T, err)
	var places []string
	for _, move := range moves {
		places = append(places, s.place(c, moved(c, move)))
	}
	require.NoError(s.T, c.Close())
	return places
}

func moved(c workloads.Cursor, m workloads.Move) bool {
	switch m.How {
	case workloads.MoveFirst:
		return c.First()
	case workloads.MoveLast:
		return c.Last()
	case workloads.MoveNext:
		return c.Next()
	case workloads.MovePrev:
		return c.Prev()
	case workloads.MoveSeekGE:
		return c.SeekGE(m.Key)
	case workloads.MoveSeekLT:
		return c.SeekLT(m.Key)
	default:
		panic(fmt.Sprintf("targettest: unknown move %q", m.How))
	}
}

var (
	first = workloads.Move{How: workloads.MoveFirst}
	last  = workloads.Move{How: workloads.MoveLast}
	next  = workloads.Move{How: workloads.MoveNext}
	prev  = workloads.Move{How: workloads.MovePrev}
)

func seekGE(key string) workloads.Move {
	return workloads.Move{How: workloads.MoveSeekGE, Key: []byte(key)}
}

func seekLT(key string) workloads.Move {
	return workloads.Move{How: workloads.MoveSeekLT, Key: []byte(key)}
}

func (s *suite) moves() {
	maker, ok := s.Store.(workloads.CursorMaker)
	if !ok {
		s.lacks("cursors")
	}
	all := workloads.Bounds{}
	require.Equal(s.T, []string{"end", "end", "end", "end"}, s.walked(maker, all, first, last, seekGE("a"), seekLT("z")))
	s.apply(history.NoSync, put("a", "0"), put("b", "old"), put("d", "3"), put("x", "5"))
	if m, ok := s.Store.(workloads.Maintainer); ok {
		require.NoError(s.T, m.Flush()) // the cursor now merges a table and a memtable
	}
	s.apply(history.NoSync, put("b", "1"), put("c", "2"), put("e", "4"), deletion("x"))
	require.Equal(s.T, []string{"a=0", "b=1", "c=2", "d=3", "e=4", "end"}, s.walked(maker, all, first, next, next, next, next, next))
	require.Equal(s.T, []string{"e=4", "d=3", "c=2", "b=1", "a=0", "end"}, s.walked(maker, all, last, prev, prev, prev, prev, prev))
	require.Equal(s.T, []string{"c=2", "b=1", "c=2", "d=3", "c=2"}, s.walked(maker, all, seekGE("bb"), prev, next, next, prev), "turns")
	require.Equal(s.T, []string{"c=2", "b=1", "end", "end", "a=0"},
		s.walked(maker, all, seekGE("c"), seekLT("c"), seekLT("a"), seekGE("f"), first), "seeks")
	require.Equal(s.T, []string{"b=1", "d=3", "end", "b=1", "d=3", "end", "end"}, s.walked(maker,
		workloads.Bounds{From: []byte("b"), To: []byte("e")}, first, last, next, seekGE("a"), seekLT("z"), seekGE("e"), seekLT("b")), "bounds")
	s.apply(history.NoSync, put("c\xff", "6"), put("c\xff\xff", "7"))
	require.Equal(s.T, []string{"c=2", "c\xff=6", "c\xff\xff=7", "end", "c\xff\xff=7", "end"}, s.walked(maker,
		workloads.Bounds{Prefix: []byte("c")}, first, next, next, next, last, seekGE("d")), "a prefix")
	require.Equal(s.T, []string{"c\xff=6", "c\xff\xff=7"}, s.walked(maker, workloads.Bounds{Prefix: []byte("c\xff")}, first, last),
		"a prefix that ends in 0xff")
}

func (s *suite) standsStill() {
	maker, ok := s.Store.(workloads.CursorMaker)
	if !ok {
		s.lacks("cursors")
	}
	s.apply(history.NoSync, put("a", "1"), put("b", "1"), put("c", "1"))
	c, err := maker.NewCursor(workloads.Bounds{})
	require.NoError(s.T, err)
	require.Equal(s.T, "a=1", s.place(c, c.First()))
	s.apply(history.NoSync, put("aa", "2"), deletion("b"), put("c", "2"))
	if m, ok := s.Store.(workloads.Maintainer); ok {
		require.NoError(s.T, m.Flush())
		require.NoError(s.T, m.Compact())
	}
	require.Equal(s.T, "b=1", s.place(c, c.Next()))
	require.Equal(s.T, "c=1", s.place(c, c.Last()))
	require.NoError(s.T, c.Close())
	require.Equal(s.T, []string{"aa=2", "c=2"}, s.walked(maker, workloads.Bounds{From: []byte("aa")}, first, next))
}

func (s *suite) snapshots() {
	maker, ok := s.Store.(workloads.Snapshotter)
	if !ok {
		s.lacks("snapshots")
	}
	s.apply(history.NoSync, put("a", "1"), put("b", "1"))
	snapshot, err := maker.NewSnapshot()
	require.NoError(s.T, err)
	s.apply(history.NoSync, put("a", "2"), deletion("b"), put("c", "2"))
	if m, ok := s.Store.(workloads.Maintainer); ok {
		require.NoError(s.T, m.Flush())
		require.NoError(s.T, m.Compact())
	}
	s.has(snapshot, "a", "1")
	s.has(snapshot, "b", "1")
	s.has(snapshot, "c", "")
	if m, ok := snapshot.(workloads.CursorMaker); ok {
		require.Equal(s.T, []string{"a=1", "b=1", "end"}, s.walked(m, workloads.Bounds{}, first, next, next))
	}
	if streamer, ok := snapshot.(workloads.Streamer); ok {
		s.streamed(streamer, "a", "1")
		s.streamed(streamer, "c", "")
	}
	require.NoError(s.T, snapshot.Close())
	require.Equal(s.T, []string{"a=2", "c=2"}, s.scanned("", "", 0))
}

// streamed requires that the stream of key has the value; an empty value means that the key does not exist.
func (s *suite) streamed(from workloads.Streamer, key, value string) {
	s.Helper()
	r, found, err := from.OpenValue([]byte(key))
	require.NoError(s.T, err)
	require.Equal(s.T, value != "", found, "key %s", key)
	if !found {
		return
	}
	got, err := io.ReadAll(r)
	require.NoError(s.T, err)
	s.same(value, got)
	require.NoError(s.T, r.Close())
}

// same requires that a long value was read correctly, without printing it.
func (s *suite) same(want string, got []byte) {
	s.Helper()
	if string(got) != want {
		s.Fatalf("the %d bytes read differ from the %d bytes written", len(got), len(want))
	}
}

// pieces returns a text of the given size in which every part is different.
func pieces(size int) string {
	var text []byte
	for i := 0; len(text) < size; i++ {
		text = fmt.Appendf(text, "piece %d ", i)
	}
	return string(text[:size])
}

func (s *suite) streams() {
	streamer, ok := s.Store.(workloads.Streamer)
	if !ok {
		s.lacks("streams")
	}
	large := pieces(300 << 10)
	s.apply(history.NoSync, put("large", large), put("small", "v"))
	s.streamed(streamer, "large", large)
	s.streamed(streamer, "small", "v")
	s.streamed(streamer, "missing", "")
	if m, ok := s.Store.(workloads.Maintainer); ok {
		require.NoError(s.T, m.Flush())
		s.streamed(streamer, "large", large)
	}
	r, _, err := streamer.OpenValue([]byte("large"))
	require.NoError(s.T, err)
	s.apply(history.NoSync, put("large", "new"))
	got, err := io.ReadAll(r)
	require.NoError(s.T, err)
	s.same(large, got) // the stream must read the value that it was opened on
	require.NoError(s.T, r.Close())
	s.streamed(streamer, "large", "new")
}
