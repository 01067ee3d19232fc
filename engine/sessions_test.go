package engine_test

import (
	"fmt"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

// Sessions of one write each, like those of a command-line tool, leave no more files than the bound given in the
// package documentation, whatever they write.
func TestSessionsOfOneWriteEachLeaveFewFiles(t *testing.T) {
	for _, c := range []struct {
		name  string
		key   func(i int) string
		value int // bytes
	}{
		{"ascending keys", func(i int) string { return fmt.Sprintf("event-%06d", i) }, 10},
		{"descending keys", func(i int) string { return fmt.Sprintf("event-%06d", 999_999-i) }, 10},
		{"scattered keys", func(i int) string { return fmt.Sprintf("event-%06d", i*7919%10_007) }, 10},
		{"one key", func(int) string { return "counter" }, 10},
		{"values in blob files", func(i int) string { return fmt.Sprintf("event-%06d", i) }, 2000},
	} {
		for _, inline := range []bool{true, false} {
			if testing.Short() && !inline {
				break // syncs of the operating system's disk are slow
			}
			t.Run(fmt.Sprintf("%s, inline %v", c.name, inline), func(t *testing.T) {
				fsys, sessions, files := afero.NewMemMapFs(), 300, 60
				if !inline { // afero's memory filesystem reads wrong bytes when read concurrently
					sessions, files = 60, 110 // goroutines merge when they get to it; without a merge there are two files a session
					fsys = afero.NewBasePathFs(afero.NewOsFs(), t.TempDir())
				}
				o := engine.Options{FS: fsys, InlineMaintenance: inline, MemtableBytes: 64 << 10}
				want, most, written := map[string]bool{}, 0, int64(0)
				for i := range sessions {
					db := open(t, o)
					require.NoError(t, db.Put([]byte(c.key(i)), make([]byte, c.value), engine.Sync))
					want[c.key(i)] = true
					m := db.Metrics()
					require.LessOrEqual(t, m.Levels[0].Tables, 20)
					for level, l := range m.Levels[1:] {
						if inline {
							require.LessOrEqual(t, l.Tables, 8, "level %d", 1+level)
						}
						require.LessOrEqual(t, l.Tables, 5*8, "level %d", 1+level)
					}
					if inline { // no compaction is under way
						require.LessOrEqual(t, m.OpenFiles, 4+m.BlobFiles)
					}
					written += m.WrittenBytes
					require.NoError(t, db.Close())
					most = max(most, len(find(t, fsys, "*")))
				}
				require.LessOrEqual(t, most, files)
				db := open(t, o)
				require.Len(t, shown(t, db), len(want))
				require.NoError(t, db.Verify())
				require.NoError(t, db.Close())
				t.Logf("at most %d files; %d bytes written a session", most, written/int64(sessions))
			})
		}
	}
}
