// Command diskv is diskv as a program: one WriteStream per record, with sync. With "temp" it writes to TempDir first.
//
//	diskv run [temp] DIR      diskv serve [temp]
package main

import (
	"bytes"
	"errors"
	"io/fs"

	engine "github.com/peterbourgon/diskv/v3"

	"github.com/lightningdb/lightning-torture/workloads/targets/programs/embedded/driver"
)

func main() { driver.Main(driver.Program{Open: open, Records: 12, Bytes: 700}) }

type store struct{ db *engine.Diskv }

func open(dir string, modes []string) (driver.Store, error) {
	o := engine.Options{BasePath: dir + "/db"}
	if len(modes) > 0 {
		o.TempDir = dir + "/tmp"
	}
	return store{engine.New(o)}, nil
}

func (s store) Put(key string, value []byte) error {
	return s.db.WriteStream(key, bytes.NewReader(value), true)
}

func (s store) Get(key string) ([]byte, error) {
	value, err := s.db.Read(key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return value, err
}

func (store) Close() error { return nil }
