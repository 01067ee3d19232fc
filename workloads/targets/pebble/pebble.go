// Package pebble puts CockroachDB's Pebble behind the lab's interface.
//
// Its filesystem is the one of package vfs below, on the afero.Fs of the environment. The options that a run may draw are
// in limits.go. What Target promises, and the sentence of Pebble's documentation that makes each promise, is in
// promises.go.
//
// The package is a module of its own. It requires Pebble v2.1.0, the oldest version that it compiles with, so that the
// go.mod of its user decides which one is tested. Before that version, Options has no CacheSize, no
// CompactionConcurrencyRange and no ApplyCompressionSettings, and DB.Compact takes no context. Below v2.1.3 Pebble asks
// for a github.com/cockroachdb/swiss that does not compile with Go 1.26, so the module requires that of v2.1.3.
package pebble

import (
	"errors"
	"fmt"
	"syscall"

	engine "github.com/cockroachdb/pebble/v2"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/targets/pebble/vfs"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Target returns Pebble with what its documentation promises.
func Target() torture.Target {
	return torture.Target{
		Name: "pebble", Open: Open, Promises: Promises(), Limits: limits(),
		LogGlobs: []string{"*.log"}, AppendGlobs: []string{"MANIFEST-*"},
		Administration: torture.Administration{OpenReadOnly: openReadOnly},
		Packages:       []string{"github.com/cockroachdb/pebble/v2/..."},
		Go: torture.GoExpr{
			Import: "github.com/lightningdb/lightning-torture/workloads/targets/pebble", Expr: "pebble.Target()",
		},
	}
}

// Open opens the store of an environment.
func Open(env torture.Env) (workloads.Store, error) { return open(env, false) }

func openReadOnly(env torture.Env) (workloads.Store, error) { return open(env, true) }

func open(env torture.Env, readOnly bool) (workloads.Store, error) {
	o := optionsOf(env.Limits)
	o.FS, o.Logger, o.ReadOnly = vfs.Stopping(env.FS, env.Stop), logger{env}, readOnly
	if env.Inline { // NB: an Open that fails while a compaction runs ends the process; see workloads/TRACKRECORD.md
		o.DisableAutomaticCompactions, o.L0StopWritesThreshold = true, 1<<20
	}
	opened := stopOnBackgroundError(o, env)
	s, err := openWith(env.Dir, o)
	opened()
	if errors.Is(err, syscall.EAGAIN) {
		err = errors.Join(workloads.ErrLocked, err)
	}
	if err == nil && o.DisableAutomaticCompactions && !readOnly {
		err = s.(*store).compactIfDue()
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// level0Most is how many tables of level 0 there are when a store is compacted that does not compact by itself.
const level0Most = 6

// compactIfDue compacts the store if each life before left another table in it.
func (s *store) compactIfDue() error {
	if s.db.Metrics().Levels[0].TablesCount < level0Most {
		return nil
	}
	if err := s.Compact(); err != nil {
		return errors.Join(err, s.Close())
	}
	return nil
}

func openWith(dir string, o *engine.Options) (workloads.Store, error) {
	db, err := engine.Open(dir, o)
	if err != nil {
		return nil, translate(err)
	}
	return &store{db: db, tables: newTables(dir, o, db)}, nil
}

// logger drops what Pebble says about itself. What went wrong comes as an error, or as the word that Pebble stops.
type logger struct{ torture.Env }

func (logger) Infof(string, ...any)  {}
func (logger) Errorf(string, ...any) {}

func (l logger) Fatalf(format string, args ...any) { l.Stop("pebble: " + fmt.Sprintf(format, args...)) }
