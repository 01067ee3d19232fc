package refusals

import (
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
)

// Files checks tools that are given the wrong files. The store in dir must be closed, and its parent must not hold a
// store.
func Files(dir string, o engine.Options) error {
	none, in := dir+"-is-not-here", func(name string) string { return filepath.Join(dir, name) }
	return check([]refusal{
		{"InspectTable of a manifest", second(engine.InspectTable(in("MANIFEST-000001"), o, nil)), engine.ErrNotADatabase},
		{"InspectLog of a table", second(engine.InspectLog(in("000001.sst"), o, nil)), engine.ErrNotADatabase},
		{"InspectBlobFile of a log", second(engine.InspectBlobFile(in("000001.log"), o)), engine.ErrNotADatabase},
		{"InspectManifest of a blob file", second(engine.InspectManifest(in("000001.blob"), o, nil)), engine.ErrNotADatabase},
		{"InspectTable of a missing file", second(engine.InspectTable(in("999999999.sst"), o, nil)), fs.ErrNotExist},
		{"StoreFiles of a missing directory", second(engine.StoreFiles(none, engine.LogFile, o)), fs.ErrNotExist},
		{"StoreFiles of a directory without a store", second(engine.StoreFiles(filepath.Dir(in("..")), engine.LogFile, o)), engine.ErrNotADatabase},
		{"Restore from a store", second(engine.Restore(dir, 0, none, o)), engine.ErrNotARepository},
		{"Restore from a missing directory", second(engine.Restore(none, 0, none, o)), fs.ErrNotExist},
		{"Backups of a store", second(engine.Backups(dir, o)), engine.ErrNotARepository},
		{"VerifyBackups of a store", engine.VerifyBackups(dir, o), engine.ErrNotARepository},
		{"DeleteBackup from a store", engine.DeleteBackup(dir, 1, o), engine.ErrNotARepository},
		{"PruneBackups of a store", second(engine.PruneBackups(dir, 1, o)), engine.ErrNotARepository},
	})
}

// Twice checks that a store is locked on a filesystem without locks of its own.
func Twice(o engine.Options) error {
	o.FS = afero.NewMemMapFs()
	db, err := engine.Open("db", o)
	if err != nil {
		return err
	}
	return errors.Join(check([]refusal{
		{"a second Open", second(engine.Open("db", o)), engine.ErrLocked},
		{"a second Open by another path", second(engine.Open("x/../db/.", o)), engine.ErrLocked},
	}), db.Close())
}

// Names checks the names of reasons and compressions. An unknown value is printed as a number.
func Names() error {
	for _, c := range []struct{ got, want string }{
		{engine.CompactionLevel0.String(), "too many tables in level 0"},
		{engine.CompactionSize.String(), "level too large"},
		{engine.CompactionTombstones.String(), "mostly tombstones"},
		{engine.CompactionBlobs.String(), "blob file mostly garbage"},
		{engine.CompactionManual.String(), "asked for"},
		{engine.CompactionSmall.String(), "too many small tables"},
		{engine.StallMemtables.String(), "too many memtables"},
		{engine.StallLevel0.String(), "too many tables in level 0"},
		{engine.StallTables.String(), "too many small tables"},
		{engine.CompressionNone.String(), "none"},
		{engine.CompressionSnappy.String(), "snappy"},
		{engine.CompressionZstd.String(), "zstd"},
		{engine.CompactionReason(77).String(), "CompactionReason(77)"},
		{engine.StallReason(77).String(), "StallReason(77)"},
		{engine.Compression(77).String(), "compression(77)"},
	} {
		if c.got != c.want {
			return accepted("%q is printed, want %q", c.got, c.want)
		}
	}
	return nil
}
