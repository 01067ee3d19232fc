// Package pogreb adapts pogreb to the lab.
//
// Its filesystem is package fs below, on the afero.Fs of the environment. The promises of Target, each with the
// sentence of pogreb's documentation that makes it, are in promises.go. pogreb has no batches and no order of keys: a
// batch is applied write by write, and a scan sorts what it has read.
//
// Each recovery draws a new seed for pogreb's hash, so two recoveries of one disk write different bytes. What the store
// shows is the same.
//
// The package is a module of its own. It requires pogreb v0.10.1, so the go.mod of its user decides which version is
// tested.
package pogreb

import (
	"bytes"
	"errors"
	"io"
	"log"
	"slices"
	"sync"

	engine "github.com/akrylysov/pogreb"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/targets/pogreb/fs"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Target returns pogreb with the promises of its documentation.
func Target() torture.Target {
	return torture.Target{
		Name: "pogreb", Open: Open, Promises: Promises(),
		LogGlobs: []string{"*.psg"},
		Packages: []string{"github.com/akrylysov/pogreb/..."},
		Go: torture.GoExpr{
			Import: "github.com/lightningdb/lightning-torture/workloads/targets/pogreb", Expr: "pogreb.Target()",
		},
	}
}

var quiet sync.Once

// Open opens the store of an environment.
func Open(env torture.Env) (workloads.Store, error) {
	quiet.Do(func() { engine.SetLogger(log.New(io.Discard, "", 0)) })
	db, err := engine.Open(fs.Path, &engine.Options{FileSystem: fs.New(env.FS, env.Dir)})
	if err != nil {
		return nil, err
	}
	return &store{db: db}, nil
}

// store presents a pogreb database to workloads.
type store struct {
	db *engine.DB
	// scanning is held for writing by scans, because an iterator of pogreb is not a snapshot, and for reading by
	// writes.
	scanning sync.RWMutex
	// compacting is held by compactions, because pogreb refuses a second one at the same time.
	compacting sync.Mutex
}

var (
	_ workloads.Maintainer = (*store)(nil)
	_ workloads.Syncer     = (*store)(nil)
)

func (s *store) Get(key []byte) ([]byte, bool, error) {
	value, err := s.db.Get(key)
	return value, value != nil, err
}

func (s *store) Apply(writes []history.Write, d history.Durability) error {
	s.scanning.RLock()
	defer s.scanning.RUnlock()
	for _, w := range writes {
		var err error
		if w.Delete {
			err = s.db.Delete(w.Key)
		} else {
			err = s.db.Put(w.Key, w.Value)
		}
		if err != nil {
			return err
		}
	}
	if d != history.Sync {
		return nil
	}
	return s.db.Sync()
}

func (s *store) Scan(from, to []byte, visit func(key, value []byte) bool) error {
	pairs, err := s.all(from, to)
	for _, p := range pairs {
		if err != nil || !visit(p.Key, p.Value) {
			return err
		}
	}
	return err
}

// all returns the pairs of a range, sorted by key.
func (s *store) all(from, to []byte) (pairs []history.Write, err error) {
	s.scanning.Lock()
	defer s.scanning.Unlock()
	for it := s.db.Items(); ; {
		key, value, err := it.Next()
		switch {
		case errors.Is(err, engine.ErrIterationDone):
			slices.SortFunc(pairs, func(a, b history.Write) int { return bytes.Compare(a.Key, b.Key) })
			return pairs, nil
		case err != nil:
			return nil, err
		case bytes.Compare(key, from) >= 0 && (len(to) == 0 || bytes.Compare(key, to) < 0):
			pairs = append(pairs, history.Write{Key: key, Value: value})
		}
	}
}

// Flush does nothing: there is no memtable.
func (s *store) Flush() error { return nil }

func (s *store) Compact() error {
	s.compacting.Lock()
	defer s.compacting.Unlock()
	_, err := s.db.Compact()
	return err
}

func (s *store) Sync() error  { return s.db.Sync() }
func (s *store) Close() error { return s.db.Close() }
