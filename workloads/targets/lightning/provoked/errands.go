package provoked

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"
	"syscall"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// errand is work on an open store, or on the files of a closed one.
type errand struct {
	name string
	// do returns a report that is the same each time the errand is done in full, or nil.
	do     func(ctx context.Context, db *engine.DB, o engine.Options) (report any, err error)
	files  bool   // the errand works on the files of a closed store
	makes  string // the directory that it creates
	opens  bool   // it takes no context
	closes bool   // it closes the store
	parts  bool   // part of its work may be done, and stays; the file names do not show what it did
	rots   string // a pattern: the first file that matches it is damaged before, in a way that costs no pairs

	report string // of the errand when it is done in full
}

// errands returns all errands.
func errands() []errand {
	return []errand{
		{name: "Open", files: true, opens: true, parts: true, do: func(_ context.Context, _ *engine.DB, o engine.Options) (any, error) {
			db, err := engine.Open(storeDir, o)
			if err != nil {
				return nil, err
			}
			return nil, db.Close()
		}},
		{name: "Compact", parts: true, do: func(ctx context.Context, db *engine.DB, _ engine.Options) (any, error) {
			return nil, db.CompactContext(ctx)
		}},
		{name: "Read", opens: true, do: func(_ context.Context, db *engine.DB, _ engine.Options) (any, error) {
			return nil, read(db)
		}},
		{name: "Verify", do: func(ctx context.Context, db *engine.DB, _ engine.Options) (any, error) {
			return nil, db.VerifyContext(ctx)
		}},
		{name: "Checkpoint", makes: copyDir, do: func(ctx context.Context, db *engine.DB, _ engine.Options) (any, error) {
			return nil, db.CheckpointContext(ctx, copyDir)
		}},
		{name: "Backup", makes: repoDir, do: func(ctx context.Context, db *engine.DB, _ engine.Options) (any, error) {
			_, err := engine.BackupContext(ctx, db, repoDir)
			return nil, err
		}},
		{name: "Restore", files: true, makes: copyDir, do: func(ctx context.Context, _ *engine.DB, o engine.Options) (any, error) {
			return engine.RestoreContext(ctx, repoDir, 0, copyDir, o)
		}},
		{name: "Backups", files: true, opens: true, do: func(_ context.Context, _ *engine.DB, o engine.Options) (any, error) {
			return engine.Backups(repoDir, o)
		}},
		{name: "VerifyBackups", files: true, do: func(ctx context.Context, _ *engine.DB, o engine.Options) (any, error) {
			return nil, engine.VerifyBackupsContext(ctx, repoDir, o)
		}},
		{name: "VerifyDir", files: true, do: verifyDir},
		{name: "VerifyDir with a damaged table", files: true, rots: "*.sst", do: verifyDir},
		{name: "VerifyDir with a damaged manifest", files: true, rots: "MANIFEST-*", do: verifyDir},
		{name: "InspectTable", files: true, do: inspecting(engine.TableFile, func(ctx context.Context, name string, o engine.Options) (any, error) {
			return engine.InspectTableContext(ctx, name, o, func(engine.Entry) error { return nil })
		})},
		{name: "InspectLog", files: true, do: inspecting(engine.LogFile, func(ctx context.Context, name string, o engine.Options) (any, error) {
			return engine.InspectLogContext(ctx, name, o, func(engine.LogRecord) error { return nil })
		})},
		{name: "InspectBlobFile", files: true, do: inspecting(engine.BlobFile, func(ctx context.Context, name string, o engine.Options) (any, error) {
			return engine.InspectBlobFileContext(ctx, name, o)
		})},
		{name: "InspectManifest", files: true, do: inspecting(engine.ManifestFile, func(ctx context.Context, name string, o engine.Options) (any, error) {
			return engine.InspectManifestContext(ctx, name, o, func(engine.ManifestEdit) error { return nil })
		})},
		{name: "Repair of a table", files: true, rots: "*.sst", do: repair},
		{name: "Repair of a manifest", files: true, rots: "MANIFEST-*", do: repair},
		{name: "Repair of a marker", files: true, rots: "marker.*", do: repair},
	}
}

// read reads everything, by scan and by key.
func read(db *engine.DB) error {
	it, err := db.NewIterator(engine.IterOptions{})
	if err != nil {
		return err
	}
	for ok := it.First(); ok; ok = it.Next() {
		_, failed := db.Get(it.Key())
		_ = it.Value() // read from a blob file
		err = errors.Join(err, failed)
	}
	return errors.Join(err, it.Error(), it.Close())
}

func verifyDir(ctx context.Context, _ *engine.DB, o engine.Options) (any, error) {
	r, err := engine.VerifyDirContext(ctx, storeDir, o)
	for _, p := range r.Problems {
		if strings.Contains(p, syscall.EIO.Error()) {
			err = errors.Join(err, fmt.Errorf("%w: the report says %s", syscall.EIO, p))
		}
	}
	return r, err
}

// repair returns no report, because one about a store that a failed attempt has already repaired is empty.
func repair(ctx context.Context, _ *engine.DB, o engine.Options) (any, error) {
	_, err := engine.RepairContext(ctx, storeDir, o)
	return nil, err
}

// inspecting returns an errand that inspects all files of a kind.
func inspecting(
	kind engine.FileKind, inspect func(ctx context.Context, name string, o engine.Options) (any, error),
) func(context.Context, *engine.DB, engine.Options) (any, error) {
	return func(ctx context.Context, _ *engine.DB, o engine.Options) (any, error) {
		all, err := engine.StoreFiles(storeDir, kind, o)
		var reports []string
		for _, name := range all {
			if err != nil {
				break
			}
			var report any
			report, err = inspect(ctx, name, o)
			reports = append(reports, text(report))
		}
		return reports, err
	}
}

// text returns a report as JSON, which follows pointers.
func text(report any) string {
	b, err := json.Marshal(report)
	if err != nil {
		panic(err) // reports consist of numbers, texts and lists
	}
	return string(b)
}

// lostDir is the directory of a store in which a repair keeps damaged files. It may be left without any.
const lostDir = "lost"

// rot flips a bit of the last byte of a file: of a table's magic number, of a manifest's last mark, or of a marker.
func (e *errand) rot(disk *faultfs.FS) error {
	for _, name := range names(disk, storeDir) {
		if matches, _ := path.Match(e.rots, name); matches { // the patterns are well formed
			name = path.Join(storeDir, name)
			content, err := afero.ReadFile(disk, name)
			if err == nil {
				content[len(content)-1] ^= 0x10
				err = afero.WriteFile(disk, name, content, 0o644)
			}
			return err
		}
	}
	return nil
}
