package sqlite

import (
	"errors"
	"fmt"
	"sync"

	engine "github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// store presents a table of keys and values to workloads.
type store struct {
	mu  sync.Mutex // a connection is for one goroutine at a time
	db  *engine.Conn
	vfs string

	get, put, remove, removeRange *engine.Stmt
}

var (
	_ workloads.RangeDeleter = (*store)(nil)
	_ workloads.Maintainer   = (*store)(nil)
	_ workloads.Syncer       = (*store)(nil)
	_ workloads.Verifier     = (*store)(nil)
)

// prepare creates the table and compiles the statements.
func (s *store) prepare(pragmas string) error {
	const schema = "; PRAGMA temp_store = memory; CREATE TABLE IF NOT EXISTS kv(k BLOB PRIMARY KEY, v BLOB) WITHOUT ROWID"
	if err := s.db.Exec(pragmas + schema); err != nil {
		return err
	}
	for _, p := range []struct {
		stmt **engine.Stmt
		sql  string
	}{
		{&s.get, "SELECT v FROM kv WHERE k = ?"},
		{&s.put, "INSERT INTO kv VALUES(?, ?) ON CONFLICT DO UPDATE SET v = excluded.v"},
		{&s.remove, "DELETE FROM kv WHERE k = ?"},
		{&s.removeRange, "DELETE FROM kv WHERE k >= ? AND (k < ? OR ? = x'')"},
	} {
		stmt, _, err := s.db.Prepare(p.sql)
		if err != nil {
			return err
		}
		*p.stmt = stmt
	}
	return nil
}

// locked calls do with the connection.
func (s *store) locked(do func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.db == nil {
		return workloads.ErrRefused
	}
	return translate(do())
}

func (s *store) Get(key []byte) (value []byte, found bool, err error) {
	err = s.locked(func() error {
		if err := bind(s.get, key); err != nil {
			return err
		}
		if found = s.get.Step(); found {
			value = s.get.ColumnBlob(0, nil)
		}
		return s.get.Reset()
	})
	return value, found, err
}

func (s *store) Apply(writes []history.Write, _ history.Durability) error {
	return s.locked(func() error { return s.atomically(func() error { return s.apply(writes) }) })
}

// atomically runs do in a transaction.
func (s *store) atomically(do func() error) error {
	if err := s.db.Exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := do()
	if err == nil {
		err = s.db.Exec("COMMIT")
	}
	if err != nil && !s.db.GetAutocommit() { // some errors roll back by themselves
		err = errors.Join(err, s.db.Exec("ROLLBACK"))
	}
	return err
}

func (s *store) apply(writes []history.Write) error {
	for _, w := range writes {
		var err error
		if w.Delete {
			err = run(s.remove, w.Key)
		} else {
			err = run(s.put, w.Key, w.Value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *store) DeleteRange(from, to []byte, _ history.Durability) error {
	return s.locked(func() error { return run(s.removeRange, from, to, to) })
}

func (s *store) Scan(from, to []byte, visit func(key, value []byte) bool) error {
	return s.locked(func() error {
		stmt, _, err := s.db.Prepare("SELECT k, v FROM kv WHERE k >= ? AND (k < ? OR ? = x'') ORDER BY k")
		if err != nil {
			return err
		}
		err = bind(stmt, from, to, to)
		for err == nil && stmt.Step() && visit(stmt.ColumnBlob(0, nil), stmt.ColumnBlob(1, nil)) {
		}
		return errors.Join(err, stmt.Err(), stmt.Close())
	})
}

// Flush moves the content of a write-ahead log to the database.
func (s *store) Flush() error {
	return s.locked(func() error { return s.db.Exec("PRAGMA wal_checkpoint(truncate)") })
}

// Compact rewrites the database.
func (s *store) Compact() error { return s.locked(func() error { return s.db.Exec("VACUUM") }) }

// Sync does nothing: every commit is durable when it is acknowledged.
func (s *store) Sync() error { return s.locked(func() error { return nil }) }

// Verify asks SQLite to check every page and the order of the keys.
func (s *store) Verify() error {
	return s.locked(func() error {
		stmt, _, err := s.db.Prepare("PRAGMA integrity_check")
		if err != nil {
			return err
		}
		for stmt.Step() {
			if answer := stmt.ColumnText(0); answer != "ok" {
				err = errors.Join(err, fmt.Errorf("%w: %s", workloads.ErrCorrupt, answer))
			}
		}
		return errors.Join(err, stmt.Err(), stmt.Close())
	})
}

func (s *store) Close() error {
	return s.locked(func() error {
		var err error
		for _, stmt := range []*engine.Stmt{s.get, s.put, s.remove, s.removeRange} {
			if stmt != nil {
				err = errors.Join(err, stmt.Close())
			}
		}
		err = errors.Join(err, s.db.Close())
		vfs.Unregister(s.vfs)
		s.db = nil
		return err
	})
}

// run executes a statement.
func run(stmt *engine.Stmt, args ...[]byte) error {
	if err := bind(stmt, args...); err != nil {
		return err
	}
	return stmt.Exec()
}

// bind sets the parameters of a statement. A nil slice is an empty value, not NULL.
func bind(stmt *engine.Stmt, args ...[]byte) error {
	for i, arg := range args {
		if arg == nil {
			arg = []byte{}
		}
		if err := stmt.BindBlob(i+1, arg); err != nil {
			return err
		}
	}
	return nil
}

// translate marks the errors that drivers handle.
func translate(err error) error {
	switch {
	case errors.Is(err, engine.CORRUPT), errors.Is(err, engine.NOTADB):
		return errors.Join(workloads.ErrCorrupt, err)
	case errors.Is(err, engine.TOOBIG):
		return errors.Join(workloads.ErrTooLarge, err)
	}
	return err
}
