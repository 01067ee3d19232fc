package goleveldb_test

import (
	"context"
	"errors"
	"fmt"
	"io"

	engine "github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/opt"
	"github.com/syndtr/goleveldb/leveldb/util"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/targets/goleveldb/storage"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// mine is goleveldb with the four methods that a store needs. Other features, such as snapshots, are optional
// interfaces.
type mine struct {
	*engine.DB
	files io.Closer
}

func (s mine) Get(key []byte) ([]byte, bool, error) {
	value, err := s.DB.Get(key, nil)
	if errors.Is(err, engine.ErrNotFound) {
		return nil, false, nil
	}
	return value, err == nil, err
}

func (s mine) Apply(writes []history.Write, d history.Durability) error {
	b := &engine.Batch{}
	for _, w := range writes {
		if w.Delete {
			b.Delete(w.Key)
		} else {
			b.Put(w.Key, w.Value)
		}
	}
	return s.Write(b, &opt.WriteOptions{Sync: d == history.Sync})
}

func (s mine) Scan(from, to []byte, visit func(key, value []byte) bool) error {
	bounds := &util.Range{Start: from}
	if len(to) > 0 {
		bounds.Limit = to
	}
	i := s.NewIterator(bounds, nil)
	for i.Next() && visit(i.Key(), i.Value()) {
	}
	i.Release()
	return i.Error()
}

func (s mine) Close() error { return errors.Join(s.DB.Close(), s.files.Close()) }

// A target as a user of goleveldb writes it for a store with their own options. Target offers more, such as limits to
// draw. The version that this module requires can lose the name of its manifest in a crash and then does not open: L3
// in workloads/TRACKRECORD.md.
func Example() {
	target := torture.Target{
		Name: "mine", LogGlobs: []string{"*.log", "MANIFEST-*"},
		Promises:       torture.Promises{SyncSurvivesPowerCut: true, LossIsSuffix: true, AtomicBatch: true},
		RecoveryVaries: true, // a goroutine of goleveldb removes files during recovery
		Open: func(env torture.Env) (workloads.Store, error) {
			files, err := storage.Open(env.FS, env.Dir, storage.ReadWrite)
			if err != nil {
				return nil, err
			}
			db, err := engine.Open(files, nil)
			if err != nil {
				return nil, errors.Join(err, files.Close())
			}
			return mine{db, files}, nil
		},
	}
	result, err := torture.Check(context.Background(), target, torture.Options{ // in a test, call torture.Run
		Workloads: []string{"kv"}, Faults: []string{"power"}, Rounds: 1, Clients: 1, Ops: 8, Keys: 8, CrashPoints: 6, StopAfter: 1,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Verdict, result.Findings[0].Class)
	// Output: fail does not recover
}
