package sqlite

import (
	"errors"
	"fmt"
	"path"
	"sync/atomic"

	engine "github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"

	"github.com/lightningdb/lightning-torture/workloads"
	adapter "github.com/lightningdb/lightning-torture/workloads/targets/sqlite/vfs"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Target returns SQLite with a rollback journal.
func Target() torture.Target {
	return target("sqlite", "sqlite.Target()", "PRAGMA journal_mode = delete; PRAGMA synchronous = extra")
}

// WAL returns SQLite with a write-ahead log.
func WAL() torture.Target {
	return target("sqlite-wal", "sqlite.WAL()", "PRAGMA locking_mode = exclusive; PRAGMA journal_mode = wal; PRAGMA synchronous = full")
}

func target(name, expr, pragmas string) torture.Target {
	return torture.Target{
		Name: name, Promises: Promises(),
		Open:     func(env torture.Env) (workloads.Store, error) { return Open(env, pragmas) },
		Packages: []string{"github.com/ncruces/go-sqlite3/..."},
		Go:       torture.GoExpr{Import: "github.com/lightningdb/lightning-torture/workloads/targets/sqlite", Expr: expr},
	}
}

// opened numbers the databases of the process, each of which has a VFS of its own.
var opened atomic.Int64

// Open opens the database of an environment and sets it up with pragmas, which must make every commit durable.
func Open(env torture.Env, pragmas string) (workloads.Store, error) {
	name := fmt.Sprintf("torture-%d", opened.Add(1))
	vfs.Register(name, adapter.New(env.FS))
	db, err := engine.Open("file:" + path.Join(env.Dir, "db") + "?vfs=" + name)
	if err != nil {
		vfs.Unregister(name)
		return nil, translate(err)
	}
	s := &store{db: db, vfs: name}
	if err := s.prepare(pragmas); err != nil {
		return nil, translate(errors.Join(err, s.Close()))
	}
	return s, nil
}
