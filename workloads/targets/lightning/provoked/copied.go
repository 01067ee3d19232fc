package provoked

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"sync/atomic"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// copies is the number of copies that copied makes.
const copies = 12

// copied makes copies and backups while another client commits large values. Each must succeed, and no file of a copy may
// change afterwards.
func copied() error {
	disk := faultfs.New(faultfs.Options{})
	o := options(disk, false)
	o.MemtableBytes, o.BlobFileBytes, o.MemtablesMax = 1<<20, 1<<20, 8
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return err
	}
	var done atomic.Bool
	client := start(func() (err error) {
		for i := 0; !done.Load() && err == nil; i++ {
			err = db.Put(key(i%20), bytes.Repeat([]byte{byte(i)}, largeBytes), engine.NoSync)
		}
		return err
	})
	made := map[string][]byte{}
	for i := 0; i < copies && err == nil; i++ {
		_, err = engine.Backup(db, repoDir)
		dir := fmt.Sprint(copyDir, i)
		err = errors.Join(err, db.Checkpoint(dir))
		for _, name := range names(disk, dir) {
			content, failed := afero.ReadFile(disk, path.Join(dir, name))
			made[path.Join(dir, name)], err = content, errors.Join(err, failed)
		}
	}
	if err != nil {
		err = wrong("a copy beside commits of large values: %w", err)
	}
	done.Store(true)
	err = errors.Join(err, <-client, db.Close())
	for name, content := range made {
		now, failed := afero.ReadFile(disk, name)
		if err = errors.Join(err, failed); err == nil && !bytes.Equal(now, content) {
			err = wrong("%s had %d bytes when the copy was made, and now has %d others", name, len(content), len(now))
		}
	}
	if err == nil {
		err = engine.VerifyBackups(repoDir, options(disk, true))
	}
	return errors.Join(err, allClosed(disk))
}

// missing removes each file of an open store in turn, behind its back, and copies the store. A copy that succeeds must
// be complete.
func missing() error {
	whole, pairs, err := filled(20)
	if err != nil {
		return err
	}
	for _, name := range append(names(whole, storeDir), "the newest log") {
		for _, c := range []struct {
			name string
			copy func(db *engine.DB, o engine.Options) error
		}{
			{"a checkpoint", func(db *engine.DB, _ engine.Options) error { return db.Checkpoint(copyDir) }},
			{"a backup", func(db *engine.DB, o engine.Options) error {
				_, err := engine.Backup(db, repoDir)
				if err == nil {
					_, err = engine.Restore(repoDir, 0, copyDir, o)
				}
				return err
			}},
		} {
			copying := torture.Call{What: c.name, Disk: whole, Do: func(on *faultfs.FS, make func(string, func() error) error) error {
				return missingFile(on, name, maps.Clone(pairs), func(gone string, db *engine.DB, o engine.Options) error {
					return make(gone, func() error { return c.copy(db, o) })
				})
			}}
			if err := copying.Check(); err != nil {
				return fmt.Errorf("%s of an open store whose %s was removed: %w", c.name, name, err)
			}
		}
	}
	return nil
}

func missingFile(disk *faultfs.FS, name string, pairs map[string]string, copies func(gone string, db *engine.DB, o engine.Options) error) error {
	db, err := engine.Open(storeDir, options(disk, true))
	if err != nil {
		return err
	}
	pairs["last"] = "l"
	err = db.Put([]byte("last"), []byte("l"), engine.Sync)
	all := names(disk, storeDir)
	if !slices.Contains(all, name) {
		for _, other := range all {
			if path.Ext(other) == ".log" {
				name = other // the last one
			}
		}
	}
	gone := path.Join(storeDir, name)
	if _, failed := disk.Stat(gone); failed == nil { // the commit may have made it obsolete
		err = errors.Join(err, disk.Remove(gone))
	}
	failed := copies(gone, db, options(disk, true))
	_ = db.Close() // may miss the file
	if err == nil && failed == nil {
		err = holds(disk, copyDir, pairs)
	}
	return errors.Join(err, allClosed(disk))
}
