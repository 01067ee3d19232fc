package engine_test

import (
	"bytes"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

// Without the manifest, the store's file counter is unknown. The blob files that stay must not be ahead of the new one.
func TestRepairWithoutAManifestNumbersFilesAboveThoseThatStay(t *testing.T) {
	fsys := afero.NewMemMapFs()
	o := engine.Options{FS: fsys, InlineMaintenance: true, LargeValueBytes: 100, Limits: engine.Limits{FirstFile: 1 << 61}}
	db, err := engine.Open("db", o)
	require.NoError(t, err)
	require.NoError(t, db.Put([]byte("a"), bytes.Repeat([]byte("v"), 1000), engine.Sync))
	require.NoError(t, db.Flush())
	require.NoError(t, db.Close())
	manifests := find(t, fsys, "MANIFEST-*")
	require.NoError(t, afero.WriteFile(fsys, manifests[len(manifests)-1], []byte("xx"), 0o644))
	o.Limits = engine.Limits{}
	_, err = engine.Repair("db", o)
	require.NoError(t, err)
	db, err = engine.Open("db", o)
	require.NoError(t, err)
	got, err := db.Get([]byte("a"))
	require.NoError(t, err)
	require.Len(t, got, 1000)
	require.NoError(t, db.Verify())
	require.NoError(t, db.Close())
}
