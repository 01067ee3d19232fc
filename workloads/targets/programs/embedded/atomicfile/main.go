// Command atomicfile stores records with Tailscale's package of that name, which Tailscale uses for its state: one file
// per record.
//
//	atomicfile run DIR      atomicfile serve
package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	engine "tailscale.com/atomicfile"

	"github.com/lightningdb/lightning-torture/workloads/targets/programs/embedded/driver"
)

func main() { driver.Main(driver.Program{Open: open, Records: 6, Bytes: 700, AtomicOnly: true}) }

type store struct{ dir string }

func open(dir string, _ []string) (driver.Store, error) { return store{dir}, nil }

func (s store) Put(key string, value []byte) error {
	return engine.WriteFile(filepath.Join(s.dir, key), value, 0o600)
}

func (s store) Get(key string) ([]byte, error) {
	value, err := os.ReadFile(filepath.Join(s.dir, key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return value, err
}

func (s store) Close() error { return nil }
