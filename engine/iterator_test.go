package engine_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

func TestIteratorShowsWhatItsOptionsAllow(t *testing.T) {
	db := memory(t, "", "a", "ab", "ab\x00", "ab\xff", "ab\xff\xff", "ac", "b", "\xff", "\xff\xff", "\xff\xff1")
	for name, c := range map[string]struct {
		options engine.IterOptions
		want    []string
	}{
		"a prefix":                         {engine.IterOptions{Prefix: []byte("ab")}, []string{"ab", "ab\x00", "ab\xff", "ab\xff\xff"}},
		"a prefix that is not UTF-8":       {engine.IterOptions{Prefix: []byte("\xfe")}, nil},
		"a prefix that ends in 0xff":       {engine.IterOptions{Prefix: []byte("ab\xff")}, []string{"ab\xff", "ab\xff\xff"}},
		"a prefix of only 0xff has no end": {engine.IterOptions{Prefix: []byte("\xff\xff")}, []string{"\xff\xff", "\xff\xff1"}},
		"a prefix that no key has":         {engine.IterOptions{Prefix: []byte("aa")}, nil},
		"a prefix with a lower bound":      {engine.IterOptions{Prefix: []byte("ab"), LowerBound: []byte("ab\x01")}, []string{"ab\xff", "ab\xff\xff"}},
		"a prefix with an upper bound":     {engine.IterOptions{Prefix: []byte("ab"), UpperBound: []byte("ab\xff")}, []string{"ab", "ab\x00"}},
		"bounds wider than the prefix":     {engine.IterOptions{Prefix: []byte("b"), LowerBound: []byte("a"), UpperBound: []byte("c")}, []string{"b"}},
		"bounds that exclude the prefix":   {engine.IterOptions{Prefix: []byte("b"), LowerBound: []byte("c")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			it, err := db.NewIterator(c.options)
			require.NoError(t, err)
			var forward, backward []string
			for ok := it.First(); ok; ok = it.Next() {
				forward = append(forward, string(it.Key()))
			}
			for ok := it.Last(); ok; ok = it.Prev() {
				backward = append([]string{string(it.Key())}, backward...)
			}
			require.NoError(t, it.Close())
			require.Equal(t, c.want, forward)
			require.Equal(t, c.want, backward)
		})
	}
	t.Run("the caller may change the prefix slice afterwards", func(t *testing.T) {
		prefix := []byte("ab")
		it, err := db.NewIterator(engine.IterOptions{Prefix: prefix})
		require.NoError(t, err)
		copy(prefix, "zz")
		require.True(t, it.First())
		require.True(t, strings.HasPrefix(string(it.Key()), "ab"))
		require.NoError(t, it.Close())
	})
}

// AppendGet appends, allocates nothing if there is enough capacity, and leaves dst alone if there is no value.
func TestAppendGet(t *testing.T) {
	db := memory(t, "k")
	require.NoError(t, db.Put([]byte("k"), []byte("value"), engine.NoSync))
	got, err := db.AppendGet([]byte("the "), []byte("k"))
	require.NoError(t, err)
	require.Equal(t, "the value", string(got))
	got, err = db.AppendGet([]byte("the "), []byte("x"))
	require.ErrorIs(t, err, engine.ErrNotFound)
	require.Equal(t, "the ", string(got))
	require.NoError(t, db.Flush())
	buf, key := make([]byte, 0, 100), []byte("k")
	for where, prepare := range map[string]func() error{
		"table":    func() error { return nil },
		"memtable": func() error { return db.Put(key, []byte("value"), engine.NoSync) },
	} {
		require.NoError(t, prepare())
		allocated := testing.AllocsPerRun(100, func() { buf, err = db.AppendGet(buf[:0], key) })
		require.NoError(t, err)
		require.Zero(t, allocated, where)
	}
}
