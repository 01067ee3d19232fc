package osfs_test

import (
	"io/fs"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/faultfs/osfs"
)

// Programs assert the type of an error, and use os.IsExist and the like, which unwrap nothing.
func TestFailedCallsReturnTheErrorsOfPackageOS(t *testing.T) {
	t.Parallel()
	for rule, call := range map[string]func(d *osfs.FS) error{
		"eio read":     func(d *osfs.FS) error { _, err := d.ReadFile("a"); return err },
		"eio truncate": func(d *osfs.FS) error { return d.Truncate("a", 1) },
		"eio list":     func(d *osfs.FS) error { _, err := d.ReadDir("/"); return err },
		"eio write":    func(d *osfs.FS) error { return d.WriteFile("a", []byte("b"), 0o666) },
		"eio close":    func(d *osfs.FS) error { _, err := d.ReadFile("a"); return err },
	} {
		on := faultfs.New(faultfs.Options{})
		disk := osfs.New(on)
		require.NoError(t, disk.WriteFile("a", []byte("content"), 0o666))
		r, err := faultfs.ParseRule(rule)
		require.NoError(t, err)
		on.SetRules(r)
		err = call(disk)
		require.Error(t, err, rule)
		_, ok := err.(*fs.PathError) //nolint:errorlint // it is what programs do
		assert.True(t, ok, "%s: %T", rule, err)
	}
}
