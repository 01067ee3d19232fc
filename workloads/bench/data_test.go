package bench

import (
	"bytes"
	"compress/flate"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKeysAreDistinctAndInRandomOrder(t *testing.T) {
	const n = 10_000
	seen, ascending, last := map[string]bool{}, 0, []byte(nil)
	for i := range uint64(n) {
		for _, index := range []uint64{i, i + missing} {
			key := make([]byte, keyBytes)
			putKey(key, index)
			require.False(t, seen[string(key)])
			seen[string(key)] = true
			if bytes.Compare(last, key) < 0 {
				ascending++
			}
			last = key
		}
	}
	require.InDelta(t, n, ascending, n/10)
}

func TestValuesDoNotCompress(t *testing.T) {
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	require.NoError(t, err)
	value := make([]byte, valueBytes)
	for i := range uint64(1000) {
		putValue(value, i, 0)
		_, err := w.Write(value[16:])
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	require.Greater(t, packed.Len(), 1000*(valueBytes-16)*99/100)
}

func TestValueOfAnotherEntryIsWrong(t *testing.T) {
	value, want, key := make([]byte, valueBytes), make([]byte, valueBytes), make([]byte, keyBytes)
	putValue(value, 7, 3)
	putKey(key, 7)
	require.NoError(t, checkValue(value, want, 7))
	require.NoError(t, checkEntry(key, value, make([]byte, keyBytes), want))
	require.ErrorIs(t, checkValue(value, want, 8), ErrWrong)
	require.ErrorIs(t, checkValue(value[1:], want, 7), ErrWrong)
	putKey(key, 8)
	require.ErrorIs(t, checkEntry(key, value, make([]byte, keyBytes), want), ErrWrong)
	for i := range value {
		value[i] ^= 1
		require.ErrorIs(t, checkValue(value, want, 7), ErrWrong, "byte %d", i)
		value[i] ^= 1
	}
}

func TestShuffledVisitsEverything(t *testing.T) {
	for _, n := range []int{1, 2, 7, 100, 1000, 2654435761 % 5000, 4096} {
		s, seen := newShuffled(n), map[uint64]bool{}
		for i := range n {
			seen[s.at(i)] = true
		}
		require.Len(t, seen, n)
	}
}
