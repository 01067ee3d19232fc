package lightning

import (
	"errors"
	"io/fs"
	"os"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/engine"
)

// directory returns an error unless path is a directory.
func directory(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return exit.Usagef("no such directory: %s", path)
	case err != nil:
		return err
	case !info.IsDir():
		return exit.Usagef("not a directory: %s", path)
	}
	return nil
}

// opened opens a store for reading, calls do and closes it.
func opened(dir string, do func(*engine.DB) error) error {
	if err := directory(dir); err != nil {
		return err
	}
	db, err := engine.Open(dir, engine.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	return errors.Join(do(db), db.Close())
}

// eachFile calls do with path if that is a file, or with every file of the kind in it if it is a directory.
func eachFile(path string, kind engine.FileKind, do func(path string) error) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	paths := []string{path}
	if info.IsDir() {
		if paths, err = engine.StoreFiles(path, kind, engine.Options{}); err != nil {
			return err
		}
	}
	for _, p := range paths {
		if err := do(p); err != nil {
			return err
		}
	}
	return nil
}
