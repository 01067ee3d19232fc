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
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// ErrDiffers is returned if a store of an earlier version, or a report about it, is not what it was.
var ErrDiffers = errors.New("past: a store of an earlier version no longer reads as it did")

//go:embed testdata
var testdata embed.FS

// versions is the number of format versions; there is a store of each.
const versions = 3

// Checks returns the checks of all stores, none of which takes long: one for each store, and one for each part of the
// golden files about the newest store.
func Checks() (all []func() error) {
	for v := 1; v <= versions; v++ {
		name := "v" + strconv.Itoa(v)
		all = append(all, func() error {
			if err := check(name); err != nil {
				return fmt.Errorf("store of format version %d: %w", v, err)
			}
			return nil
		})
	}
	for _, file := range slices.Sorted(maps.Keys(goldens)) {
		for part := range parts {
			all = append(all, func() error { return checkPart(file, part) })
		}
	}
	return all
}

// optionsOn returns the options with which all stores are opened.
func optionsOn(fsys afero.Fs) engine.Options {
	return engine.Options{FS: fsys, InlineMaintenance: true, ErrorIfMissing: true}
}

func check(name string) error {
	fsys, shows, err := unpack(name)
	if err != nil {
		return err
	}
	o := optionsOn(fsys)
	want, err := testdata.ReadFile(path.Join("testdata", name+".txt"))
	if err != nil {
		return err
	}
	text, err := tools(o)
	if err == nil {
		err = compare("report of the tools", text, string(want))
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
	if err := raised(o); err != nil {
		return err
	}
	return open(o, shows+"\"~\" \"new\"\n", (*engine.DB).Compact)
}

// raised returns an error unless the manifest of a store that was written to states the format version of a new store,
// so that an engine which does not know what was written refuses it.
func raised(o engine.Options) error {
	fresh := optionsOn(afero.NewMemMapFs())
	fresh.ErrorIfMissing = false
	if err := open(fresh, "", func(db *engine.DB) error { return db.Put(nil, nil, engine.Sync) }); err != nil {
		return err
	}
	got, err := version(o)
	want, failed := version(fresh)
	if err = errors.Join(err, failed); err == nil && got != want {
		err = differs("format version after a write: %d, want %d", got, want)
	}
	return err
}

// version returns the format version that the manifest of a closed store states.
func version(o engine.Options) (uint64, error) {
	files, err := engine.StoreFiles("db", engine.ManifestFile, o)
	if err != nil {
		return 0, err
	}
	info, err := engine.InspectManifest(files[len(files)-1], o, func(engine.ManifestEdit) error { return nil })
	return info.Version, err
}

// unpack returns a filesystem with a store in directory db, and the pairs that the store must show.
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

// open opens the store, compares what it shows, calls do if that is not nil, and closes the store.
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

// reads reads a store forward, backward and by key, and compares the results.
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
		compare("reads by key", strings.Join(single, ""), shows),
	)
}

func line(key, value []byte) string { return fmt.Sprintf("%q %q\n", key, value) }

// differs returns an ErrDiffers.
func differs(format string, args ...any) error {
	return torture.Judged(fmt.Errorf("%w: %w", ErrDiffers, fmt.Errorf(format, args...)))
}

// compare returns an ErrDiffers that names the first line in which two texts differ.
func compare(what, got, want string) error {
	if got == want {
		return nil
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return differs("%s: line %d is %.120s, want %.120s", what, i+1, g[i], w[i])
		}
	}
	return differs("%s: %d lines, want %d", what, len(g), len(w))
}
