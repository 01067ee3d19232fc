// Command badger is Badger v4 as a program: one transaction per record.
//
//	badger run MODE DIR      badger serve MODE
//
// In the mode writes, every write is synced (SyncWrites) and the values are in a value log. In the mode sync, DB.Sync
// is called after each write and the values are stored with their keys: without SyncWrites, a value log may become
// durable later than the entries that refer to it.
package main

import (
	"errors"
	"fmt"

	engine "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"

	"github.com/lightningdb/lightning-torture/workloads/targets/programs/embedded/driver"
)

func main() { driver.Main(driver.Program{Open: open, Records: 24, Bytes: 2000}) }

type store struct {
	db   *engine.DB
	sync bool
}

func open(dir string, modes []string) (driver.Store, error) {
	if len(modes) != 1 || modes[0] != "writes" && modes[0] != "sync" {
		return nil, fmt.Errorf("the mode is %q; give writes or sync", modes)
	}
	o := engine.DefaultOptions(dir).WithLogger(nil).WithSyncWrites(modes[0] == "writes")
	// Small files, so that copying an image takes no time.
	threshold := map[string]int64{"writes": 1 << 10, "sync": 4 << 10}[modes[0]]
	o = o.WithMemTableSize(64 << 10).WithValueThreshold(threshold).WithValueLogFileSize(1 << 20).WithNumCompactors(2).
		WithBlockCacheSize(0).WithCompression(options.None)
	db, err := engine.Open(o)
	if err != nil {
		return nil, err
	}
	return store{db, modes[0] == "sync"}, nil
}

func (s store) Put(key string, value []byte) error {
	err := s.db.Update(func(tx *engine.Txn) error { return tx.Set([]byte(key), value) })
	if err == nil && s.sync {
		err = s.db.Sync()
	}
	return err
}

func (s store) Get(key string) (value []byte, err error) {
	err = s.db.View(func(tx *engine.Txn) error {
		item, err := tx.Get([]byte(key))
		if err != nil {
			return err
		}
		value, err = item.ValueCopy(nil)
		return err
	})
	if errors.Is(err, engine.ErrKeyNotFound) {
		return nil, nil
	}
	return value, err
}

func (s store) Close() error { return s.db.Close() }
