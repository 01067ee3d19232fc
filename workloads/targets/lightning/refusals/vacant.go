package refusals

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
)

// vacancy is a directory without a store.
type vacancy struct {
	name   string
	files  map[string]string
	absent bool  // the directory itself is missing
	opens  error // what Open returns if it may create a store
	looks  error // what it returns if it may not
	takes  error // what a copy into the directory returns
}

var vacancies = []vacancy{
	{name: "no directory", absent: true, looks: engine.ErrMissing},
	{name: "an empty directory", looks: engine.ErrMissing},
	{name: "a directory with a lock", files: map[string]string{"LOCK": "1\n"}, looks: engine.ErrMissing},
	{
		name: "what an interrupted creation leaves", files: map[string]string{"MANIFEST-000001": "", "marker.000001.MANIFEST-000001": "marker"},
		looks: engine.ErrMissing, takes: engine.ErrTargetNotEmpty,
	},
	{
		name: "files of another program", files: map[string]string{"notes.txt": "notes"},
		opens: engine.ErrNotADatabase, looks: engine.ErrNotADatabase, takes: engine.ErrTargetNotEmpty,
	},
	{
		name: "a table alone", files: map[string]string{"000001.sst": "table"},
		opens: engine.ErrCorrupt, looks: engine.ErrCorrupt, takes: engine.ErrTargetNotEmpty,
	},
}

// placing is a call that opens or creates a store in a directory, and the error with which it must end.
type placing struct {
	call string
	do   func(dir string, o engine.Options) error
	want error
}

func (v *vacancy) placings() []placing {
	return []placing{
		{"Open", opened, v.opens},
		{"Open with ErrorIfMissing", func(dir string, o engine.Options) error {
			o.ErrorIfMissing = true
			return opened(dir, o)
		}, v.looks},
		{"Open with ReadOnly", func(dir string, o engine.Options) error {
			o.ReadOnly = true
			return opened(dir, o)
		}, v.looks},
		{"Checkpoint", func(dir string, o engine.Options) error { return copiedTo(dir, o, (*engine.DB).Checkpoint) }, v.takes},
		{"Restore", func(dir string, o engine.Options) error {
			return copiedTo(dir, o, func(db *engine.DB, dir string) error {
				_, err := engine.Backup(db, "backups")
				if err == nil {
					_, err = engine.Restore("backups", 0, dir, o)
				}
				return err
			})
		}, v.takes},
	}
}

// Vacant checks what is done with directories that hold no store. A call that is refused changes nothing there.
func Vacant() (wrong error) {
	for _, v := range vacancies {
		for _, p := range v.placings() {
			if err := v.check(p); err != nil {
				wrong = errors.Join(wrong, fmt.Errorf("%s of %s: %w", p.call, v.name, err))
			}
		}
	}
	return wrong
}

func (v *vacancy) check(p placing) error {
	const dir = "vacant"
	o := engine.Options{FS: afero.NewMemMapFs(), InlineMaintenance: true}
	if !v.absent {
		if err := o.FS.Mkdir(dir, 0o755); err != nil {
			return err
		}
	}
	for name, content := range v.files {
		if err := afero.WriteFile(o.FS, path.Join(dir, name), []byte(content), 0o644); err != nil {
			return err
		}
	}
	before := contents(o.FS, dir)
	err := p.do(dir, o)
	wrong := check([]refusal{{"the call", err, p.want}})
	if after := contents(o.FS, dir); wrong == nil && p.want != nil && ((before == nil) != (after == nil) || !maps.EqualFunc(before, after, bytes.Equal)) {
		wrong = accepted("the call is refused, and leaves %d files in place of %d, or other content", len(after), len(before))
	}
	if wrong != nil || p.want != nil {
		return wrong
	}
	o.ErrorIfMissing = true
	return check([]refusal{{"Open of the store that was made", opened(dir, o), nil}})
}

// opened opens a store and closes it.
func opened(dir string, o engine.Options) error {
	db, err := engine.Open(dir, o)
	if err != nil {
		return err
	}
	return db.Close()
}

// copiedTo copies a new store to a directory.
func copiedTo(dir string, o engine.Options, copies func(db *engine.DB, dir string) error) error {
	db, err := engine.Open("source", o)
	if err != nil {
		return err
	}
	err = db.Put([]byte("k"), nil, engine.Sync)
	if err == nil {
		err = copies(db, dir)
	}
	return errors.Join(err, db.Close())
}

// contents returns the files in a directory by name; nil if there is no directory.
func contents(fsys afero.Fs, dir string) map[string][]byte {
	infos, err := afero.ReadDir(fsys, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	files := map[string][]byte{}
	for _, i := range infos {
		files[i.Name()], _ = afero.ReadFile(fsys, path.Join(dir, i.Name())) // in memory
	}
	return files
}
