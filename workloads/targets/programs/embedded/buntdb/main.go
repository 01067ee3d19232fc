// Command buntdb is BuntDB as a program: one transaction per record, with SyncPolicy Always.
//
//	buntdb run DIR      buntdb serve
package main

import (
	"errors"
	"path/filepath"

	engine "github.com/tidwall/buntdb"

	"github.com/lightningdb/lightning-torture/workloads/targets/programs/embedded/driver"
)

func main() { driver.Main(driver.Program{Open: open, Records: 12, Bytes: 700}) }

type store struct{ db *engine.DB }

func open(dir string, _ []string) (driver.Store, error) {
	db, err := engine.Open(filepath.Join(dir, "db"))
	if err != nil {
		return nil, err
	}
	var c engine.Config
	if err := db.ReadConfig(&c); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	c.SyncPolicy = engine.Always
	return store{db}, db.SetConfig(c)
}

func (s store) Put(key string, value []byte) error {
	return s.db.Update(func(tx *engine.Tx) error {
		_, _, err := tx.Set(key, string(value), nil)
		return err
	})
}

func (s store) Get(key string) (value []byte, err error) {
	err = s.db.View(func(tx *engine.Tx) error {
		text, err := tx.Get(key)
		value = []byte(text)
		return err
	})
	if errors.Is(err, engine.ErrNotFound) {
		return nil, nil
	}
	return value, err
}

func (s store) Close() error { return s.db.Close() }
