// Command tidwallwal is tidwall/wal as a program: one synced entry per record, which is the default.
//
//	tidwallwal run DIR      tidwallwal serve
package main

import (
	"errors"
	"path/filepath"
	"strings"

	engine "github.com/tidwall/wal"

	"github.com/lightningdb/lightning-torture/workloads/targets/programs/embedded/driver"
)

func main() { driver.Main(driver.Program{Open: open, Records: 20, Bytes: 300}) }

type store struct{ log *engine.Log }

func open(dir string, _ []string) (driver.Store, error) {
	o := *engine.DefaultOptions
	o.SegmentSize = 2000
	log, err := engine.Open(filepath.Join(dir, "log"), &o)
	if err != nil {
		return nil, err
	}
	return store{log}, nil
}

func (s store) Put(key string, value []byte) error {
	last, err := s.log.LastIndex()
	if err != nil {
		return err
	}
	return s.log.Write(last+1, []byte(key+" "+string(value)))
}

func (s store) Get(key string) ([]byte, error) {
	last, err := s.log.LastIndex()
	if err != nil {
		return nil, err
	}
	for i := uint64(1); i <= last; i++ {
		entry, err := s.log.Read(i)
		if err != nil && !errors.Is(err, engine.ErrNotFound) {
			return nil, err
		}
		if value, found := strings.CutPrefix(string(entry), key+" "); found {
			return []byte(value), nil
		}
	}
	return nil, nil
}

func (s store) Close() error { return s.log.Close() }
