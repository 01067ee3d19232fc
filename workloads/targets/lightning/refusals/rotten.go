package refusals

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
)

// rotten checks copies of a store whose log rots while it is open. A copy must not silently lack what could not be
// read.
func rotten() error {
	return within(engine.Options{LogAheadBytes: -1}, func(db *engine.DB, o engine.Options) error {
		var err error
		for i := range 3 {
			err = errors.Join(err, db.Put([]byte{'k', byte(i)}, make([]byte, blobAt/2), engine.Sync))
		}
		logs, failed := engine.StoreFiles("db", engine.LogFile, o)
		if err = errors.Join(err, failed); err != nil || len(logs) != 1 {
			return errors.Join(err, differs("logs", len(logs), 1))
		}
		if err := flip(o.FS, logs[0]); err != nil {
			return err
		}
		wrong := check([]refusal{
			{"Checkpoint of a store whose log has rotted", db.Checkpoint("copy"), engine.ErrCorrupt},
			{"Backup of a store whose log has rotted", second(engine.Backup(db, "backups")), engine.ErrCorrupt},
			{"Verify of a store whose log has rotted", db.Verify(), engine.ErrCorrupt},
		})
		o.ErrorIfMissing, o.EventListener = true, nil
		if copied, err := engine.Open("copy", o); err == nil {
			wrong = errors.Join(wrong, accepted("a failed checkpoint opens"), copied.Close())
		}
		listed, err := engine.Backups("backups", o)
		if len(listed) > 0 {
			wrong = errors.Join(wrong, accepted("a failed backup is listed: %v", listed))
		}
		if !errors.Is(err, engine.ErrNoBackup) {
			wrong = errors.Join(wrong, accepted("Backups without a backup returns %w", orNothing(err)))
		}
		return wrong
	})
}

// flip flips a bit in the middle of a file.
func flip(fs afero.Fs, name string) error {
	content, err := afero.ReadFile(fs, name)
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(name), err)
	}
	content[len(content)/2] ^= 1
	return afero.WriteFile(fs, name, content, 0o644)
}
