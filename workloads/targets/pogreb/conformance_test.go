package pogreb_test

import (
	"testing"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/targets/pogreb"
	"github.com/lightningdb/lightning-torture/workloads/targets/targettest"
)

func TestAsTarget(t *testing.T) { targettest.Run(t, afero.NewOsFs(), pogreb.Open) }

func TestAsTargetOnFaultfs(t *testing.T) {
	targettest.Run(t, faultfs.New(faultfs.Options{}), pogreb.Open)
}

// TestPogrebsOwnTestsOfAFilesystem runs pogreb's own tests of its filesystems on the adapter.
func TestPogrebsOwnTestsOfAFilesystem(t *testing.T) {
	targettest.Theirs(t, "github.com/akrylysov/pogreb", "fs", "TestAdapter", map[string]string{
		"export_adapter_test.go": `package fs

import "testing"

func RunTests(t *testing.T, fs FileSystem) {
	testFS(t, fs)
	testLockFile(t, fs)
	testLockFileAcquireExisting(t, fs)
}
`,
		"adapter_test.go": `package fs_test

import (
	"testing"

	"github.com/akrylysov/pogreb/fs"
	"github.com/lightningdb/lightning-torture/faultfs"
	adapter "github.com/lightningdb/lightning-torture/workloads/targets/pogreb/fs"
	"github.com/spf13/afero"
)

func TestAdapter(t *testing.T) {
	disk := faultfs.New(faultfs.Options{})
	if err := disk.Mkdir("/db", 0755); err != nil {
		t.Fatal(err)
	}
	t.Run("on a faultfs", func(t *testing.T) { fs.RunTests(t, adapter.New(disk, "/db")) })
	t.Run("on the operating system", func(t *testing.T) { fs.RunTests(t, adapter.New(afero.NewOsFs(), t.TempDir())) })
	if names := disk.OpenFiles(); len(names) != 0 {
		t.Error("open:", names)
	}
}
`,
	})
}
