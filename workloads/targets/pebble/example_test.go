package pebble_test

import (
	"context"
	"errors"
	"fmt"

	engine "github.com/cockroachdb/pebble/v2"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/targets/pebble/vfs"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// mine is Pebble with the four methods that a store needs. Other features, such as snapshots, are optional interfaces.
type mine struct{ *engine.DB }

func (s mine) Get(key []byte) ([]byte, bool, error) {
	value, closer, err := s.DB.Get(key)
	if errors.Is(err, engine.ErrNotFound) {
		return nil, false, nil
	} else if err != nil {
		return nil, false, err
	}
	value = append([]byte{}, value...)
	return value, true, closer.Close()
}

func (s mine) Apply(writes []history.Write, d history.Durability) error {
	b, all := s.NewBatch(), error(nil)
	for _, w := range writes {
		if w.Delete {
			all = errors.Join(all, b.Delete(w.Key, nil))
		} else {
			all = errors.Join(all, b.Set(w.Key, w.Value, nil))
		}
	}
	return errors.Join(all, b.Commit(&engine.WriteOptions{Sync: d == history.Sync}), b.Close())
}

func (s mine) Scan(from, to []byte, visit func(key, value []byte) bool) error {
	bounds := &engine.IterOptions{LowerBound: from}
	if len(to) > 0 {
		bounds.UpperBound = to
	}
	i, err := s.NewIter(bounds)
	if err != nil {
		return err
	}
	for more := i.First(); more && visit(i.Key(), i.Value()); {
		more = i.Next()
	}
	return errors.Join(i.Error(), i.Close())
}

// stopper is a logger. Pebble calls Fatalf where it wants to end the process.
type stopper struct{ torture.Env }

func (stopper) Infof(string, ...any)                {}
func (stopper) Errorf(string, ...any)               {}
func (s stopper) Fatalf(format string, args ...any) { s.Stop(fmt.Sprintf(format, args...)) }

// A target as a user of Pebble writes it for a store with their own options. Target offers more, such as limits to
// draw. What the lab finds in Pebble itself is in workloads/TRACKRECORD.md.
func Example() {
	target := torture.Target{
		Name: "mine", LogGlobs: []string{"*.log"}, AppendGlobs: []string{"MANIFEST-*"},
		Promises:       torture.Promises{SyncSurvivesPowerCut: true, LossIsSuffix: true, AtomicBatch: true, StopsOnError: true},
		RecoveryVaries: true, // goroutines of Pebble read during recovery
		Open: func(env torture.Env) (workloads.Store, error) {
			db, err := engine.Open(env.Dir, &engine.Options{
				FS: vfs.Stopping(env.FS, env.Stop), Logger: stopper{env}, DisableAutomaticCompactions: env.Inline, MemTableSize: 64 << 10,
			})
			return mine{db}, err
		},
	}
	result, err := torture.Check(context.Background(), target, torture.Options{ // in a test, call torture.Run
		Workloads: []string{"kv"}, Faults: []string{"power"}, Rounds: 1, Clients: 1, Ops: 8, Keys: 8, CrashPoints: 6,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("crash images were judged:", result.Images > 0)
	// Output: crash images were judged: true
}
