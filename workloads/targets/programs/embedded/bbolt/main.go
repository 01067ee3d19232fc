// Command bbolt is bbolt as a program: one transaction per record, with the default options.
//
//	bbolt run DIR      bbolt serve
package main

import (
	"errors"
	"path/filepath"
	"time"

	engine "go.etcd.io/bbolt"

	"github.com/lightningdb/lightning-torture/workloads/targets/programs/embedded/driver"
)

func main() { driver.Main(driver.Program{Open: open, Records: 12, Bytes: 900}) }

var bucket = []byte("records")

type store struct{ db *engine.DB }

func open(dir string, _ []string) (driver.Store, error) {
	db, err := engine.Open(filepath.Join(dir, "db"), 0o644, &engine.Options{Timeout: time.Second})
	if err != nil {
		return nil, err
	}
	return store{db}, nil
}

func (s store) Put(key string, value []byte) error {
	return s.db.Update(func(tx *engine.Tx) error {
		b, err := tx.CreateBucketIfNotExists(bucket)
		if err != nil {
			return err
		}
		return b.Put([]byte(key), value)
	})
}

func (s store) Get(key string) (value []byte, err error) {
	err = s.db.View(func(tx *engine.Tx) error {
		if b := tx.Bucket(bucket); b != nil {
			value = append(value, b.Get([]byte(key))...)
		}
		return nil
	})
	return value, err
}

// Close also checks the consistency of all pages.
func (s store) Close() error {
	err := s.db.View(func(tx *engine.Tx) error {
		var all error
		for err := range tx.Check() {
			all = errors.Join(all, err)
		}
		return all
	})
	return errors.Join(err, s.db.Close())
}
