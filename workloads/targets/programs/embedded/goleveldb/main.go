// Command goleveldb is goleveldb as a program, on its own storage: one synced write per record. The memtables are so
// small that a run starts new tables, journals and manifests.
//
//	goleveldb run DIR      goleveldb serve
package main

import (
	"errors"

	engine "github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/opt"

	"github.com/lightningdb/lightning-torture/workloads/targets/programs/embedded/driver"
)

func main() { driver.Main(driver.Program{Open: open, Records: 16, Bytes: 700}) }

type store struct{ db *engine.DB }

func open(dir string, _ []string) (driver.Store, error) {
	db, err := engine.OpenFile(dir, &opt.Options{WriteBuffer: 4 << 10, Compression: opt.NoCompression})
	if err != nil {
		return nil, err
	}
	return store{db}, nil
}

func (s store) Put(key string, value []byte) error {
	return s.db.Put([]byte(key), value, &opt.WriteOptions{Sync: true})
}

func (s store) Get(key string) ([]byte, error) {
	value, err := s.db.Get([]byte(key), nil)
	if errors.Is(err, engine.ErrNotFound) {
		return nil, nil
	}
	return value, err
}

func (s store) Close() error { return s.db.Close() }
