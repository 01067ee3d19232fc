package provoked

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// diverged restores two stores from one backup, writes to each in its own way, and backs both up to the same
// repository. Some of their files have the same name but different contents. Each backup must restore the store that it
// was made of, and damage to any file must be noticed.
func diverged() error {
	disk, pairs, err := filled(20)
	if err == nil {
		err = backedUp(disk)
	}
	stored := []map[string]string{pairs}
	for i := 0; i < 2 && err == nil; i++ {
		dir, mine := fmt.Sprint("twin-", i), map[string]string{}
		if _, err = engine.Restore(repoDir, 1, dir, options(disk, true)); err == nil {
			err = with(disk, dir, func(db *engine.DB) (err error) {
				for n := range 20 {
					k := string(key(n))
					mine[k] = string(bytes.Repeat([]byte{'A' + byte(i)}, len(value(n))))
					err = errors.Join(err, db.Put([]byte(k), []byte(mine[k]), engine.NoSync))
				}
				_, failed := engine.Backup(db, repoDir)
				return errors.Join(err, failed)
			})
		}
		stored = append(stored, mine)
	}
	if err == nil {
		err = engine.VerifyBackups(repoDir, options(disk, true))
	}
	for i := 0; i < len(stored) && err == nil; i++ {
		dir := fmt.Sprint("restored-", i)
		_, err = engine.Restore(repoDir, uint64(i+1), dir, options(disk, true))
		if err == nil {
			err = holds(disk, dir, stored[i])
		}
	}
	if err != nil {
		return err
	}
	return errors.Join(rotsNoticed(disk), listsNoticed(disk), allClosed(disk))
}

// listsNoticed damages the lists of all backups, and then deletes the backups one by one. As long as one of them is left,
// reading the repository must return an error, and so must adding a backup.
func listsNoticed(disk *faultfs.FS) error {
	lists := slices.DeleteFunc(names(disk, repoDir), func(name string) bool { return path.Ext(name) != ".json" })
	var err error
	for _, name := range lists {
		err = errors.Join(err, afero.WriteFile(disk, path.Join(repoDir, name), []byte("{}"), 0o644))
	}
	for i := 0; i < len(lists) && err == nil; i++ {
		left := len(lists) - i
		for _, c := range []struct {
			name string
			call func(fsys *faultfs.FS) error
		}{
			{"Backups", func(fsys *faultfs.FS) error { _, err := engine.Backups(repoDir, options(fsys, true)); return err }},
			{"VerifyBackups", func(fsys *faultfs.FS) error { return engine.VerifyBackups(repoDir, options(fsys, true)) }},
			{"Backup", func(fsys *faultfs.FS) error { return backedUp(fsys) }},
		} {
			refused := torture.Call{What: c.name, Disk: disk, Do: func(on *faultfs.FS, make func(string, func() error) error) error {
				if failed := make(path.Join(repoDir, lists[0]), func() error { return c.call(on) }); !errors.Is(failed, engine.ErrCorrupt) {
					return wrong("the lists of %d backups are damaged and there are no others, and %s returns %w", left, c.name, orNone(failed))
				}
				return nil
			}}
			err = errors.Join(err, refused.Check())
		}
		err = errors.Join(err, engine.DeleteBackup(repoDir, uint64(len(lists)-i), options(disk, true)))
	}
	return errors.Join(err, backedUp(disk))
}

// with opens a store, calls do, and closes it.
func with(fsys afero.Fs, dir string, do func(*engine.DB) error) error {
	db, err := engine.Open(dir, options(fsys, true))
	if err != nil {
		return err
	}
	return errors.Join(do(db), db.Close())
}

// rotsNoticed damages each stored file of the repository in turn. There must be different files that had the same name.
func rotsNoticed(fsys afero.Fs) error {
	all, had := names(fsys, path.Join(repoDir, "files")), map[string]bool{}
	for _, name := range all {
		had[strings.Join(strings.Split(name, "-")[:strings.Count(name, "-")-1], "-")] = true // without size and checksum
		file := path.Join(repoDir, "files", name)
		content, err := afero.ReadFile(fsys, file)
		if err != nil {
			return err
		}
		rotten := bytes.Clone(content)
		rotten[len(rotten)/2] ^= 1
		err = afero.WriteFile(fsys, file, rotten, 0o644)
		if verified := engine.VerifyBackups(repoDir, options(fsys, true)); err == nil && !errors.Is(verified, engine.ErrCorrupt) {
			err = wrong("%s has rotted, and VerifyBackups returns %w", name, orNone(verified))
		}
		if err = errors.Join(err, afero.WriteFile(fsys, file, content, 0o644)); err != nil {
			return err
		}
	}
	if len(had) == len(all) {
		return wrong("no two of the %d files in the repository had the same name", len(all))
	}
	return nil
}
