package sst_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/sst"
)

// TestSalvageMakesNothingUp flips every byte of a table and cuts it at every length: what is salvaged was written, in
// order, and something is always reported as lost.
func TestSalvageMakesNothingUp(t *testing.T) {
	var file bytes.Buffer
	w := sst.NewWriter(&file, sst.WriterOptions{BlockBytes: 200})
	var written []string
	for i := range 60 {
		user, value := fmt.Appendf(nil, "key %03d", i), fmt.Appendf(nil, "value %d", i)
		tr := key.MakeTrailer(key.Seq(i+1), key.Set)
		require.NoError(t, w.Add(user, tr, value))
		written = append(written, fmt.Sprintf("%s %d %s", user, tr, value))
	}
	_, err := w.Finish()
	require.NoError(t, err)
	salvage := func(content []byte) (got []string, gaps []sst.Gap) {
		gaps = sst.Salvage(content, "000007.sst", func(user []byte, tr key.Trailer, value []byte) {
			got = append(got, fmt.Sprintf("%s %d %s", user, tr, value))
		})
		return got, gaps
	}
	got, gaps := salvage(file.Bytes())
	require.Equal(t, written, got)
	require.Empty(t, gaps)

	most := 0 // entries that one flipped bit cost
	for at := range file.Len() {
		damaged := bytes.Clone(file.Bytes())
		damaged[at] ^= 4
		got, gaps := salvage(damaged)
		requireSubsequence(t, written, got)
		require.NotEmpty(t, gaps, "byte %d", at)
		require.ErrorIs(t, gaps[0].Cause, corrupt.Err)
		if at < 200 {
			require.Less(t, len(got), len(written))
			require.Equal(t, "key 0", string(gaps[0].Before[:5]))
		}
		most = max(most, len(written)-len(got))
	}
	require.Less(t, most, 12, "one block")
	for n := range file.Len() {
		got, gaps := salvage(file.Bytes()[:n])
		requireSubsequence(t, written, got)
		require.NotEmpty(t, gaps)
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
