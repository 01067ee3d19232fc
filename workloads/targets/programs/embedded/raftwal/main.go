// Command raftwal is raft-wal as a program, with bbolt for the metadata of its segments: one synced append per record.
// Because raft truncates uncommitted entries, each record is preceded by an entry that is appended and truncated.
//
//	raftwal run DIR      raftwal serve
package main

import (
	"strings"

	"github.com/hashicorp/raft"
	engine "github.com/hashicorp/raft-wal"

	"github.com/lightningdb/lightning-torture/workloads/targets/programs/embedded/driver"
)

func main() { driver.Main(driver.Program{Open: open, Records: 8, Bytes: 300}) }

type store struct{ log *engine.WAL }

func open(dir string, _ []string) (driver.Store, error) {
	log, err := engine.Open(dir, engine.WithSegmentSize(64<<10))
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
	next := raft.Log{Index: last + 1, Term: 1, Data: []byte("not committed")}
	if err := s.log.StoreLog(&next); err != nil {
		return err
	}
	if last > 0 { // a log must not be truncated to nothing
		if err := s.log.DeleteRange(next.Index, next.Index); err != nil {
			return err
		}
	} else {
		next.Index++
	}
	next.Data = []byte(key + " " + string(value))
	return s.log.StoreLog(&next)
}

func (s store) Get(key string) ([]byte, error) {
	first, err := s.log.FirstIndex()
	if err != nil {
		return nil, err
	}
	last, err := s.log.LastIndex()
	if err != nil || last == 0 {
		return nil, err
	}
	for i := first; i <= last; i++ {
		var entry raft.Log
		if err := s.log.GetLog(i, &entry); err != nil {
			return nil, err
		}
		if value, found := strings.CutPrefix(string(entry.Data), key+" "); found {
			return []byte(value), nil
		}
	}
	return nil, nil
}

func (s store) Close() error { return s.log.Close() }
