package past

import (
	"archive/zip"
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
)

// ErrDiffers is returned if a store of an earlier version shows something else than it did.
var ErrDiffers = errors.New("past: a store of an earlier version shows something else than it did")

//go:embed testdata
var testdata embed.FS

// versions are those of the format of which there is a store.
const versions = 3

// Checks returns checks of the stores of all versions, none of which takes long: each store, and what is said of damage in the newest of
// them, which is the same for all versions, part by part.
func Checks() (all []func() error) {
	for v := 1; v <= versions; v++ {
		name := "v" + strconv.Itoa(v)
		all = append(all, func() error {
			if err := check(name); err != nil {
				return fmt.Errorf("the store of format version %d: %w", v, err)
			}
			return nil
		})
	}
	for _, file := range slices.Sorted(maps.Keys(saying)) {
		for part := range parts {
			all = append(all, func() error { return again(file, part) })
		}
	}
	return all
}

// optionsOn returns the options that all stores are opened with.
func optionsOn(fsys afero.Fs) engine.Options {
	return engine.Options{FS: fsys, InlineMaintenance: true, ErrorIfMissing: true}
}

func check(name string) error {
	fsys, shows, err := unpack(name)
	if err != nil {
		return err
	}
	o := optionsOn(fsys)
	said, err := testdata.ReadFile(path.Join("testdata", name+".txt"))
	if err != nil {
		return err
	}
	text, err := tools(o)
	if err == nil {
		err = compare("what tools say of its files", text, string(said))
	}
	if err != nil {
		return err
	}
	readOnly := o
	readOnly.ReadOnly = true
	if err := open(readOnly, shows, nil); err != nil {
		return err
	}
	if err := open(o, shows, func(db *engine.DB) error { return db.Put([]byte("~"), []byte("new"), engine.Sync) }); err != nil {
		return err
	}
	return open(o, shows+"\"~\" \"new\"\n", (*engine.DB).Compact)
}

// unpack returns a filesystem with a store in directory db, and what it shows.
func unpack(name string) (fsys afero.Fs, shows string, err error) {
	packed, err := testdata.ReadFile(path.Join("testdata", name+".zip"))
	if err != nil {
		return nil, "", err
	}
	z, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return nil, "", err
	}
	fsys = afero.NewMemMapFs()
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return nil, "", err
		}
		content, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil {
			return nil, "", err
		}
		if f.Name == "shows.txt" {
			shows = string(content)
		} else if err := afero.WriteFile(fsys, f.Name, content, 0o644); err != nil {
			return nil, "", err
		}
	}
	return fsys, shows, nil
}

// open opens the store, compares what it shows, does something, and closes it.
func open(o engine.Options, shows string, do func(*engine.DB) error) error {
	db, err := engine.Open("db", o)
	if err != nil {
		return err
	}
	err = errors.Join(reads(db, shows), db.Verify())
	if err == nil && do != nil {
		err = do(db)
	}
	return errors.Join(err, db.Close())
}

// reads reads a store in every way.
func reads(db *engine.DB, shows string) error {
	it, err := db.NewIterator(engine.IterOptions{})
	if err != nil {
		return err
	}
	var forward, backward, single []string
	for ok := it.First(); ok; ok = it.Next() {
		forward = append(forward, line(it.Key(), it.Value()))
		value, err := db.Get(it.Key())
		if err != nil {
			return errors.Join(err, it.Close())
		}
		single = append(single, line(it.Key(), value))
	}
	err = it.Error()
	for ok := it.Last(); ok; ok = it.Prev() {
		backward = append(backward, line(it.Key(), it.Value()))
	}
	slices.Reverse(backward)
	return errors.Join(err, it.Error(), it.Close(),
		compare("a scan", strings.Join(forward, ""), shows),
		compare("a scan backward", strings.Join(backward, ""), shows),
		compare("reading key by key", strings.Join(single, ""), shows),
	)
}

func line(key, value []byte) string { return fmt.Sprintf("%q %q\n", key, value) }

// compare compares texts line by line.
func compare(what, got, want string) error {
	if got == want {
		return nil
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Errorf("%w: %s: line %d is %.120s, and was %.120s", ErrDiffers, what, i+1, g[i], w[i])
		}
	}
	return fmt.Errorf("%w: %s: there are %d lines, and were %d", ErrDiffers, what, len(g), len(w))
}
