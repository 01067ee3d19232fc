package engine_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

// The manifest of a killed store that has lost its last edits is readable, but does not match the files. Repair reports
// that, and uses everything that is there.
func TestRepairDetectsAManifestWithLostEdits(t *testing.T) {
	for name, session := range map[string]func(put func(key string), db *engine.DB){
		"a flush, and a later log that follows on one that is gone": func(put func(string), db *engine.DB) {
			put("a")
			require.NoError(t, db.Flush())
			put("b")
		},
		"a compaction, whose inputs are gone": func(put func(string), db *engine.DB) {
			put("a")
			require.NoError(t, db.Flush())
			put("b")
			require.NoError(t, db.Compact())
			put("c")
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := inMemory(afero.NewMemMapFs())
			db := open(t, o)
			want := map[string]string{}
			session(func(k string) {
				require.NoError(t, db.Put([]byte(k), []byte("value"), engine.Sync))
				want[k] = "value"
			}, db)
			o.FS = copyOf(t, o.FS)
			require.NoError(t, db.Close())
			path := find(t, o.FS, "MANIFEST-*")[0]
			var offsets []int64
			_, err := engine.InspectManifest(path, o, func(e engine.ManifestEdit) error {
				offsets = append(offsets, e.Offset)
				return nil
			})
			require.NoError(t, err)
			change(t, o.FS, path, func(b []byte) []byte { return b[:offsets[len(offsets)-1]] })

			report, err := engine.Repair("db", o)
			require.NoError(t, err)
			require.Contains(t, report.Damage, "corrupt")
			require.True(t, slices.ContainsFunc(report.Lost, func(l engine.Loss) bool {
				return l.File == filepath.Base(path) && strings.Contains(l.Cause, "the last edits may be missing")
			}), "%+v", report.Lost)
			db = open(t, o)
			require.NoError(t, db.Verify())
			require.Equal(t, want, contents(t, db))
			require.NoError(t, db.Close())
		})
	}
}
