// Command renameio keeps each record in a file of its own, written by renameio.WriteFile. It syncs the directory itself,
// since renameio promises atomicity and leaves durability to its callers. With "nosync" it does not.
//
//	renameio run [nosync] DIR      renameio serve
package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"github.com/lightningdb/lightning-torture/workloads/targets/programs/embedded/driver"
)

func main() { driver.Main(driver.Program{Open: open, Records: 12, Bytes: 700}) }

type store struct {
	dir   string
	syncs bool
}

func open(dir string, modes []string) (driver.Store, error) { return store{dir, len(modes) == 0}, nil }

func (s store) Put(key string, value []byte) error {
	if err := renameio.WriteFile(filepath.Join(s.dir, key), value, 0o666); err != nil || !s.syncs {
		return err
	}
	d, err := os.Open(s.dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (s store) Get(key string) ([]byte, error) {
	value, err := os.ReadFile(filepath.Join(s.dir, key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return value, err
}

func (store) Close() error { return nil }
