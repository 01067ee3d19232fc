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
)

// repository makes a repository with three backups of a store, damages one of its files after the other, and says what is said of
// it, which backups can be restored, and what is left when one is deleted.
func repository(name string) (string, error) {
	fsys, _, err := unpack(name)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	db, err := engine.Open("db", optionsOn(fsys))
	for i := range 3 {
		if err != nil {
			return "", err
		}
		var info engine.BackupInfo
		info, err = engine.Backup(db, "backups")
		fmt.Fprintf(&b, "backup %d of %d files\n", info.ID, info.Files)
		err = errors.Join(err, db.Put([]byte("~"), fmt.Append(nil, i), engine.Sync), db.Flush())
	}
	files := map[string][]byte{}
	err = errors.Join(err, db.Close(), afero.Walk(fsys, "backups", func(name string, info fs.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			files[name], err = afero.ReadFile(fsys, name)
		}
		return err
	}))
	if err != nil {
		return "", err
	}
	b.WriteString(kept(files, "", nil))
	for _, name := range slices.Sorted(maps.Keys(files)) {
		for _, d := range damages {
			list := path.Ext(name) == ".json"
			if list || d.name == "missing" || d.name == "a bit in its middle" {
				fmt.Fprintf(&b, "%s: %s\n%s", kindOf(name), d.name, kept(files, name, d.do))
			}
		}
	}
	return b.String(), nil
}

// kindOf names a file of a repository without what depends on the content of others.
func kindOf(name string) string {
	if base := path.Base(name); strings.HasSuffix(base, ".json") || base == "LOCK" {
		return base
	}
	return "a file"
}

// class says what kind of error there is. Its text names files by their content.
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

// kept says what is kept in a repository, one of whose files is damaged.
func kept(files map[string][]byte, damaged string, do func([]byte) []byte) string {
	fsys := afero.NewMemMapFs()
	for name, content := range files {
		if name == damaged {
			content = do(bytes.Clone(content))
		}
		if content != nil {
			_ = afero.WriteFile(fsys, name, content, 0o644) // memory takes everything
		}
	}
	var b strings.Builder
	o := optionsOn(fsys)
	say := func(what string, err error) { fmt.Fprintf(&b, "  %s: %s\n", what, class(err)) }
	list := func() {
		all, err := engine.Backups("backups", o)
		for _, i := range all {
			fmt.Fprintf(&b, "  backup %d has %d files\n", i.ID, i.Files)
		}
		say("list", err)
	}
	list()
	say("verify", engine.VerifyBackups("backups", o))
	for id := range uint64(4) {
		dir := fmt.Sprint("restored-", id)
		info, err := engine.Restore("backups", id, dir, o)
		say(fmt.Sprintf("restore %d, which is %d", id, info.ID), err)
		on := o
		db, err := engine.Open(dir, on)
		if err != nil {
			say("open it", err)
			continue
		}
		value, err := db.Get([]byte("~"))
		say(fmt.Sprintf("it has %q", value), errors.Join(err, db.Close()))
	}
	say("delete 2", engine.DeleteBackup("backups", 2, o))
	list()
	gone, err := engine.PruneBackups("backups", 1, o)
	say(fmt.Sprintf("prune %d", gone), err)
	list()
	say("verify", engine.VerifyBackups("backups", o))
	left := 0
	_ = afero.Walk(fsys, "backups", func(_ string, info fs.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			left++
		}
		return nil
	})
	fmt.Fprintf(&b, "  %d files are left\n", left)
	return b.String()
}
