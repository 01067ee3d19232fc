package schedule

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCacheRemovesTheLeastRecentlyUsedPrograms(t *testing.T) {
	dir := t.TempDir()
	place := func(program byte) string {
		return filepath.Join(dir, fmt.Sprintf("%x", sha256.Sum256([]byte{program})))
	}
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range byte(cachedPrograms + 2) {
		cache, err := openCache(dir, []byte{i})
		require.NoError(t, err)
		require.NoError(t, cache.Close(t.Context()))
		used := begin.Add(time.Duration(i) * time.Hour)
		require.NoError(t, os.Chtimes(filepath.Join(place(i), "used"), used, used))
	}
	for i := range byte(cachedPrograms + 2) {
		if i < 2 {
			require.NoDirExists(t, place(i))
		} else {
			require.DirExists(t, place(i))
		}
	}
}
