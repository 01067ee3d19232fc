package past

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning/forge"
)

// repository makes a repository with three backups of a store and returns a case for each kind of damage to each of its
// files. A case reports what the repository's functions say, which backups can be restored, and what is left when one
// is deleted.
func repository(name string) (all []goldenCase, err error) {
	whole, err := filesOf(name)
	if err != nil {
		return nil, err
	}
	fsys := afero.NewMemMapFs()
	for file, content := range forge.Reduced(whole) {
		_ = afero.WriteFile(fsys, path.Join("db", file), content, 0o644) // writing to memory cannot fail
	}
	var b strings.Builder
	db, err := engine.Open("db", optionsOn(fsys))
	for i := range 3 {
		if err != nil {
			return nil, err
		}
		var info engine.BackupInfo
		info, err = engine.Backup(db, "backups")
		fmt.Fprintf(&b, "  backup %s\n", described(&info))
		err = errors.Join(err, db.Put([]byte("~"), fmt.Append(nil, i), engine.Sync), db.Flush())
	}
	if err = errors.Join(err, db.Close()); err != nil {
		return nil, err
	}
	files, err := filesBelow(fsys, "backups")
	if err != nil {
		return nil, err
	}
	store, err := filesBelow(fsys, "db")
	if err != nil {
		return nil, err
	}
	add := func(what, damaged string, do func([]byte) []byte) {
		all = append(all, goldenCase{what, func() string { return keptIn(store, files, damaged, do) }})
	}
	all = append(all, goldenCase{"three backups", b.String})
	add("nothing is damaged", "", nil)
	for _, f := range forge.Lists() {
		add("a list: "+f.Name, path.Join("backups", "backup-000003.json"), f.Content)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		for _, d := range damages {
			list := path.Ext(name) == ".json"
			if list || d.name == "missing" || d.name == "cut by one byte" || d.name == "a flipped bit in its middle" {
				add(kindOf(name)+": "+d.name, name, d.do)
			}
		}
	}
	return all, nil
}

// filesBelow returns the content of each file below a directory.
func filesBelow(fsys afero.Fs, dir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := afero.Walk(fsys, dir, func(name string, info fs.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			files[name], err = afero.ReadFile(fsys, name)
		}
		return err
	})
	return files, err
}

// kindOf names a file of a repository. Files named after their content are all called "a file".
func kindOf(name string) string {
	if base := path.Base(name); strings.HasSuffix(base, ".json") || base == "LOCK" {
		return base
	}
	return "a file"
}

// class returns the class of an error. Its text will not do, because it names files after their content.
func class(err error) string {
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, engine.ErrCorrupt):
		return "corrupt"
	case errors.Is(err, engine.ErrNoBackup):
		return "no backup"
	case errors.Is(err, engine.ErrMissing):
		return "no store"
	case errors.Is(err, engine.ErrNotFound):
		return "no key"
	}
	return "another error"
}

// described describes a backup by the figures that depend on nothing but its files.
func described(i *engine.BackupInfo) string {
	return fmt.Sprintf("%d: %d files, %d bytes, %d new", i.ID, i.Files, i.Bytes, i.NewBytes)
}

// keptIn reports what a repository with a damaged file still has, and then backs up the store, which has changed since,
// once more.
func keptIn(store, files map[string][]byte, damaged string, do func([]byte) []byte) string {
	all := maps.Clone(files)
	maps.Copy(all, store)
	if do != nil {
		all[damaged] = do(bytes.Clone(files[damaged]))
	}
	fsys := afero.NewMemMapFs()
	for name, content := range all {
		if content != nil {
			_ = afero.WriteFile(fsys, name, content, 0o644) // writing to memory cannot fail
		}
	}
	var b strings.Builder
	o := optionsOn(fsys)
	report := func(what string, err error) { fmt.Fprintf(&b, "  %s: %s\n", what, class(err)) }
	list := func() {
		all, err := engine.Backups("backups", o)
		for _, i := range all {
			fmt.Fprintf(&b, "  backup %s\n", described(&i))
		}
		report("list", err)
	}
	list()
	report("verify", engine.VerifyBackups("backups", o))
	for id := range uint64(4) {
		dir := fmt.Sprint("restored-", id)
		info, err := engine.Restore("backups", id, dir, o)
		report(fmt.Sprintf("restore %d (backup %d)", id, info.ID), err)
		db, err := engine.Open(dir, o)
		if err != nil {
			report("open it", err)
			continue
		}
		value, err := db.Get([]byte("~"))
		report(fmt.Sprintf("it has %q", value), errors.Join(err, db.Close()))
	}
	info, err := backedUp(o)
	report("backup "+described(&info), err)
	list()
	report("verify", engine.VerifyBackups("backups", o))
	info, err = engine.Restore("backups", 0, "restored-after", o)
	report(fmt.Sprintf("restore the newest (backup %d)", info.ID), err)
	report("delete 2", engine.DeleteBackup("backups", 2, o))
	list()
	gone, err := engine.PruneBackups("backups", 1, o)
	report(fmt.Sprintf("prune %d", gone), err)
	list()
	report("verify", engine.VerifyBackups("backups", o))
	fmt.Fprintf(&b, "  %d files are left\n", left(fsys))
	return b.String()
}

// left returns the number of files in a repository.
func left(fsys afero.Fs) (n int) {
	_ = afero.Walk(fsys, "backups", func(_ string, info fs.FileInfo, err error) error { // a directory that cannot be listed has no files
		if err == nil && !info.IsDir() {
			n++
		}
		return nil
	})
	return n
}

// backedUp adds a backup of the store.
func backedUp(o engine.Options) (engine.BackupInfo, error) {
	o.ReadOnly = true
	db, err := engine.Open("db", o)
	if err != nil {
		return engine.BackupInfo{}, err
	}
	info, err := engine.Backup(db, "backups")
	return info, errors.Join(err, db.Close())
}
