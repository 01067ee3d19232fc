package pebble_test

import (
	"testing"

	"github.com/lightningdb/lightning-torture/workloads/targets/targettest"
)

// TestPebblesOwnTestsOfAFilesystem runs Pebble's own test script for filesystems on the adapter.
func TestPebblesOwnTestsOfAFilesystem(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: compiles Pebble's tests; run without -short")
	}
	targettest.Theirs(t, "github.com/cockroachdb/pebble/v2", "vfs", "TestAdapter", map[string]string{
		"export_adapter_test.go": "package vfs\n\nvar RunTestVFS = runTestVFS\n",
		"adapter_test.go": `package vfs_test

import (
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/lightningdb/lightning-torture/faultfs"
	adapter "github.com/lightningdb/lightning-torture/workloads/targets/pebble/vfs"
)

func TestAdapter(t *testing.T) {
	dir := t.TempDir() // the script copies to the operating system's filesystem, too
	disk := faultfs.New(faultfs.Options{})
	if err := disk.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	vfs.RunTestVFS(t, adapter.New(disk), dir)
	if names := disk.OpenFiles(); len(names) != 0 {
		t.Log("open:", names)
	}
}
`,
	})
}
