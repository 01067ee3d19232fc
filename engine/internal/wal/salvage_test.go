package wal

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSalvageLosesOnlyWhatIsDamaged flips every byte of a file with short records and one of several chunks. Exactly
// the record that contains the byte is lost, and the gap covers it.
func TestSalvageLosesOnlyWhatIsDamaged(t *testing.T) {
	f := &memFile{}
	w := NewWriter(f, 7)
	var records [][]byte
	ends := []int64{0}
	for i := range 6 {
		record := fmt.Appendf(nil, "%0*d", 100, i)
		if i == 2 {
			record = bytes.Repeat([]byte("long"), 20_000)
		}
		records = append(records, record)
		require.NoError(t, w.Append(record))
		require.NoError(t, w.Flush())
		ends = append(ends, w.Bytes())
	}
	require.NoError(t, w.Seal())
	data := f.Bytes()
	for at := 0; at < int(ends[6]); at++ {
		if at > 400 && at%997 != 0 && at < int(ends[3]) {
			continue // all bytes of the long record are alike
		}
		damaged := bytes.Clone(data)
		damaged[at] ^= 0x10
		var got [][]byte
		gaps := Salvage(damaged, 7, func(_ int64, record []byte) { got = append(got, bytes.Clone(record)) })
		lost := 0
		for int64(at) >= ends[lost+1] {
			lost++
		}
		want := append(append([][]byte{}, records[:lost]...), records[lost+1:]...)
		require.Equal(t, want, got, "byte %d, record %d", at, lost)
		covered := false
		for _, g := range gaps {
			require.False(t, g.Tail)
			covered = covered || g.From <= int64(at) && int64(at) < g.To
		}
		require.True(t, covered, "byte %d: %v", at, gaps)
	}
	require.Empty(t, Salvage(data, 7, func(int64, []byte) {}))
	tail := Salvage(data[:ends[6]-1], 7, func(int64, []byte) {})
	require.Equal(t, []Gap{{ends[5], ends[6] - 1, true}}, tail)
}

func FuzzSalvage(f *testing.F) {
	data, _ := written(f, 5, 3)
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		end := int64(0)
		for _, g := range Salvage(data, 7, func(int64, []byte) {}) {
			if g.From >= g.To || g.To > int64(len(data)) || g.From < end {
				t.Fatalf("gap %+v in %d bytes", g, len(data))
			}
			end = g.To
		}
	})
}
