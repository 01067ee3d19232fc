package refusals

import (
	"context"
	"errors"

	"github.com/lightningdb/lightning-torture/engine"
)

// stopped returns a cancelled context.
func stopped() context.Context {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	return ctx
}

// stoppedOpen checks that the long operations of an open store end when their context is cancelled, and leave nothing
// in dir.
func stoppedOpen(db *engine.DB, dir string) error {
	ctx := stopped()
	return check([]refusal{
		{"VerifyContext", db.VerifyContext(ctx), context.Canceled},
		{"CompactContext", db.CompactContext(ctx), context.Canceled},
		{"CheckpointContext", db.CheckpointContext(ctx, dir), context.Canceled},
		{"BackupContext", second(engine.BackupContext(ctx, db, dir)), context.Canceled},
	})
}

// stoppedFiles checks that operations on the files of a closed store end when their context is cancelled.
func stoppedFiles(store, backups, dir string, o engine.Options) error {
	ctx := stopped()
	err := check([]refusal{
		{"VerifyDirContext", second(engine.VerifyDirContext(ctx, store, o)), context.Canceled},
		{"RepairContext", second(engine.RepairContext(ctx, store, o)), context.Canceled},
		{"RestoreContext", second(engine.RestoreContext(ctx, backups, 0, dir, o)), context.Canceled},
		{"VerifyBackupsContext", engine.VerifyBackupsContext(ctx, backups, o), context.Canceled},
	})
	for kind, inspect := range map[engine.FileKind]func(path string) error{
		engine.TableFile: func(path string) error { return second(engine.InspectTableContext(ctx, path, o, nil)) },
		engine.LogFile: func(path string) error {
			return second(engine.InspectLogContext(ctx, path, o, func(engine.LogRecord) error { return nil }))
		},
		engine.ManifestFile: func(path string) error {
			return second(engine.InspectManifestContext(ctx, path, o, func(engine.ManifestEdit) error { return nil }))
		},
		engine.BlobFile: func(path string) error { return second(engine.InspectBlobFileContext(ctx, path, o)) },
	} {
		paths, listed := engine.StoreFiles(store, kind, o)
		err = errors.Join(err, listed)
		for _, path := range paths {
			err = errors.Join(err, check([]refusal{{"inspecting " + path + " with a cancelled context", inspect(path), context.Canceled}}))
		}
	}
	return err
}
