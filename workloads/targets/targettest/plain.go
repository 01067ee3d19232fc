package targettest

import (
	"fmt"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/bench"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

func (s *suite) puts() {
	s.apply(history.NoSync, put("b", "1"))
	s.apply(history.Buffered, put("b", "2"))
	s.has(s, "b", "2")
	s.has(s, "a", "")
	s.has(s, "bb", "")
}

func (s *suite) deletes() {
	s.apply(history.NoSync, put("a", "1"), put("b", "2"))
	s.apply(history.NoSync, deletion("a"))
	s.apply(history.NoSync, deletion("never there"))
	s.has(s, "a", "")
	s.has(s, "b", "2")
	require.Equal(s.T, []string{"b=2"}, s.scanned("", "", 0))
}

func (s *suite) batches() {
	s.apply(history.NoSync, put("old", "1"))
	s.apply(history.NoSync, put("a", "1"), put("a", "2"), deletion("old"), put("b", "3"), deletion("b"), put("c", "4"))
	require.Equal(s.T, []string{"a=2", "c=4"}, s.scanned("", "", 0))
}

func (s *suite) scans() {
	for _, i := range []int{3, 1, 4, 0, 2} {
		s.apply(history.NoSync, put(fmt.Sprintf("k%d", i), fmt.Sprint(i)))
	}
	require.Equal(s.T, []string{"k0=0", "k1=1", "k2=2", "k3=3", "k4=4"}, s.scanned("", "", 0))
	require.Equal(s.T, []string{"k1=1", "k2=2"}, s.scanned("k1", "k3", 0))
	require.Equal(s.T, []string{"k3=3", "k4=4"}, s.scanned("k2x", "", 0))
	require.Equal(s.T, []string{"k0=0", "k1=1"}, s.scanned("", "k2", 0))
	require.Equal(s.T, []string{"k0=0", "k1=1"}, s.scanned("", "", 2))
	require.Empty(s.T, s.scanned("x", "", 0))
}

// ownership overwrites all slices that were passed in and returned.
func (s *suite) ownership() {
	w := put("key", "value")
	s.apply(history.NoSync, w, put("other", "thing"))
	copy(w.Key, "xxx")
	copy(w.Value, "xxxxx")
	got, _, err := s.Get([]byte("key"))
	require.NoError(s.T, err)
	copy(got, "yyyyy")
	s.has(s, "key", "value")
	g, ok := s.Store.(bench.Getter)
	if !ok {
		return
	}
	buffer := make([]byte, 3, 64)
	got, found, err := g.GetInto(buffer, []byte("key"))
	require.NoError(s.T, err)
	require.True(s.T, found)
	require.Equal(s.T, "value", string(got))
	require.Same(s.T, &buffer[0], &got[0], "the buffer is used")
	copy(got, "zzzzz")
	s.has(s, "key", "value")
	_, found, err = g.GetInto(buffer, []byte("missing"))
	require.NoError(s.T, err)
	require.False(s.T, found)
}

func (s *suite) reopens() {
	s.apply(history.Sync, put("a", "1"), put("d", "1"))
	s.apply(history.NoSync, put("b", "2"), deletion("d"))
	s.apply(history.Buffered, put("c", "3"))
	require.NoError(s.T, s.Close())
	s.Store = s.reopened()
	require.Equal(s.T, []string{"a=1", "b=2", "c=3"}, s.scanned("", "", 0))
	s.apply(history.NoSync, put("a", "4"))
	s.has(s, "a", "4")
}

func (s *suite) maintains() {
	var want []string
	for i := range 500 {
		key := fmt.Sprintf("k%03d", i)
		s.apply(history.NoSync, put(key, "old"))
		if i%3 == 0 {
			s.apply(history.NoSync, deletion(key))
			continue
		}
		s.apply(history.NoSync, put(key, "new"))
		want = append(want, key+"=new")
	}
	if m, ok := s.Store.(workloads.Maintainer); ok {
		require.NoError(s.T, m.Flush())
		require.Equal(s.T, want, s.scanned("", "", 0))
		require.NoError(s.T, m.Compact())
	}
	require.Equal(s.T, want, s.scanned("", "", 0))
	s.has(s, "k000", "")
	s.has(s, "k001", "new")
	if v, ok := s.Store.(workloads.Verifier); ok {
		require.NoError(s.T, v.Verify())
	}
}

func (s *suite) deletesRanges() {
	r, ok := s.Store.(workloads.RangeDeleter)
	if !ok {
		s.lacks("deletion of ranges")
	}
	s.apply(history.NoSync, put("a", "1"), put("b", "1"), put("c", "1"), put("d", "1"))
	require.NoError(s.T, r.DeleteRange([]byte("b"), []byte("d"), history.Sync))
	s.has(s, "b", "")
	s.apply(history.NoSync, put("c", "2"))
	require.Equal(s.T, []string{"a=1", "c=2", "d=1"}, s.scanned("", "", 0))
	require.NoError(s.T, s.Close())
	s.Store = s.reopened()
	require.Equal(s.T, []string{"a=1", "c=2", "d=1"}, s.scanned("", "", 0))
}
