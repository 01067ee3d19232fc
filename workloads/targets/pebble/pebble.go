// Package pebble adapts CockroachDB's Pebble to the lab.
//
// Its filesystem is package vfs below, on the afero.Fs of the environment. The options that a run may draw are in
// limits.go. The promises of Target, each with the sentence of Pebble's documentation that makes it, are in
// promises.go. PERFORMANCE.md says how many images per second Pebble allows.
//
// The package is a module of its own. It requires Pebble v2.1.0, the oldest version with which it compiles, so the
// go.mod of its user decides which version is tested. In earlier versions, Options has no CacheSize, no
// CompactionConcurrencyRange and no ApplyCompressionSettings, and DB.Compact takes no context. Before v2.1.3, Pebble
// requires a github.com/cockroachdb/swiss that does not compile with Go 1.26, so the module requires the version that
// v2.1.3 uses.
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

// Target returns Pebble with the promises of its documentation.
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

// level0Most is the number of level 0 tables at which compactIfDue compacts.
const level0Most = 6

// compactIfDue compacts a store that does not compact by itself, because every life of it leaves another table in level
// 0.
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

// logger discards Pebble's messages. Failures arrive as errors, or through Fatalf.
type logger struct{ torture.Env }

func (logger) Infof(string, ...any)  {}
func (logger) Errorf(string, ...any) {}

func (l logger) Fatalf(format string, args ...any) { l.Stop("pebble: " + fmt.Sprintf(format, args...)) }
