package engine_test

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

var fuzzed struct {
	once  sync.Once
	whole *history
}

// FuzzRepair overwrites a part of a file, or truncates the file there. The store that Repair leaves is intact, no key
// has a value that it never had, and the report names every key whose value is not the last one.
func FuzzRepair(f *testing.F) {
	f.Add(uint8(0), uint16(100), []byte("damage"))
	f.Add(uint8(1), uint16(3000), []byte{0})
	f.Add(uint8(2), uint16(64), []byte{})
	f.Add(uint8(3), uint16(17), make([]byte, 4000))
	f.Add(uint8(4), uint16(0), []byte("marker.000001.MANIFEST-999999"))
	f.Add(uint8(5), uint16(11), []byte{0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, which uint8, at uint16, patch []byte) {
		fuzzed.once.Do(func() { fuzzed.whole = newHistory(t, afero.NewMemMapFs(), allBlobs) })
		h := *fuzzed.whole
		h.fs = copyOf(t, fuzzed.whole.fs)
		h.o.FS = h.fs
		files := find(t, h.fs, "*")
		name := files[int(which)%len(files)]
		change(t, h.fs, name, func(b []byte) []byte {
			if len(b) == 0 {
				return patch
			}
			from := int(at) % len(b)
			if len(patch) == 0 {
				return b[:from]
			}
			copy(b[from:], patch)
			return b
		})
		report, err := engine.Repair("db", h.o)
		require.NoError(t, err)
		o := h.o
		o.ErrorIfMissing = true
		db, err := engine.Open("db", o)
		require.NoError(t, err)
		require.NoError(t, db.Verify())
		got := contents(t, db)
		require.NoError(t, db.Close())
		for k, v := range got {
			require.Contains(t, h.had[k], v, k)
		}
		if report.Damage == "" && filepath.Ext(name) == ".log" {
			return // the last log may end in a torn record, which is not damage
		}
		if !strings.Contains(strings.Join(report.Warnings, "\n"), "every table and log") {
			h.explained(t, got, &report)
		}
	})
}
