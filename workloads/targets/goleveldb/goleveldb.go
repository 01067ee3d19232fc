// Package goleveldb adapts goleveldb to the lab.
//
// It stores through package storage below, on the afero.Fs of the environment. The options that a run may draw are in
// limits.go. The promises of Target, each with the sentence of goleveldb's documentation that makes it, are in
// promises.go.
//
// The package is a module of its own. It requires the commit of 2019-09-19 that introduced
// Options.DisableSeeksCompaction, the oldest version with which it compiles, so the go.mod of its user decides which
// version is tested. The only release, v1.0.0, is older and lacks that option.
package goleveldb

import (
	"errors"
	"syscall"

	engine "github.com/syndtr/goleveldb/leveldb"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/targets/goleveldb/storage"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Target returns goleveldb with the promises of its documentation. Its transactions come from the adapter, not from the
// engine.
func Target() torture.Target {
	return torture.Target{
		Name: "goleveldb", Open: Open, Promises: Promises(), Limits: limits(),
		LogGlobs: []string{"*.log", "MANIFEST-*"},
		Administration: torture.Administration{
			OpenReadOnly: func(env torture.Env) (workloads.Store, error) { return open(env, storage.ReadOnly) },
		},
		Packages: []string{"github.com/syndtr/goleveldb/leveldb/..."},
		Go: torture.GoExpr{
			Import: "github.com/lightningdb/lightning-torture/workloads/targets/goleveldb", Expr: "goleveldb.Target()",
		},
	}
}

// Open opens the store of an environment.
func Open(env torture.Env) (workloads.Store, error) { return open(env, storage.ReadWrite) }

func open(env torture.Env, mode storage.Mode) (workloads.Store, error) {
	files, err := storage.Open(env.FS, env.Dir, mode)
	if errors.Is(err, syscall.EAGAIN) {
		err = errors.Join(workloads.ErrLocked, err)
	}
	if err != nil {
		return nil, translate(err)
	}
	o := optionsOf(env.Limits)
	o.ReadOnly = mode == storage.ReadOnly
	if env.Inline {
		quiet(o)
	}
	db, err := engine.Open(files, o)
	return opened(db, files, env.Stop, err)
}
