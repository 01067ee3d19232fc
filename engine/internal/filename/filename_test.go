package filename

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
)

func TestNamesOfAStore(t *testing.T) {
	for name, want := range map[string]bool{
		"000005.log": true, "000006.sst": true, "000007.blob": true, "MANIFEST-000003": true, "1234567.log": true,
		"marker.000004.MANIFEST-000003": true, "4611686018427387904.sst": true,
		"4611686018427387905.sst": false, "18446744073709551615.log": false, "MANIFEST-18446744073709551615": false,
		"marker.18446744073709551615.MANIFEST-000003": false, "0000005.log": false, "00005.log": false, "+00005.log": false,
		"LOCK": false, "lost": false, "": false, ".": false, "..": false, "../000005.log": false, "/000005.log": false,
		"000005.log/": false, "000005.log.": false, "MANIFEST-000003/../000003": false, "000005.sst\x00": false,
	} {
		require.Equal(t, want, IsStoreFile(name), name)
	}
}

// FuzzSort looks for names that do not round-trip, lead out of a directory, or have a number beyond the maximum.
func FuzzSort(f *testing.F) {
	for _, name := range []string{
		"000005.log", "MANIFEST-000003", "marker.000004.MANIFEST-000003", "../000005.log", "18446744073709551615.sst",
	} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		files := Sort([]string{name})
		next, _ := files.CountsFrom(0)
		require.Less(t, next, uint64(manifest.NumMax))
		names := files.Names()
		require.Equal(t, IsStoreFile(name), slices.Contains(names, name))
		for _, n := range names {
			require.Equal(t, name, n)
			require.True(t, filepath.IsLocal(n) && filepath.Base(n) == n)
		}
	})
}
