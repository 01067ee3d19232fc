package provoked

import (
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/lightningdb/lightning-torture/engine"
)

// beginning is a transaction that begins while commits are in flight.
type beginning struct {
	isolation engine.Isolation
	elder     bool // another transaction is open
	flying    int  // number of commits in flight
	other     int  // the one that writes to the same key as the transaction
}

// begun begins transactions while commits wait for a sync that is held up. A transaction either sees such a commit or
// conflicts with it.
func begun() error {
	for _, isolation := range []engine.Isolation{engine.SnapshotIsolation, engine.Serializable} {
		for _, elder := range []bool{false, true} {
			for _, flying := range []struct{ commits, other int }{{1, 0}, {2, 1}, {4, 0}, {4, 3}} { // the first, and the last
				b := beginning{isolation, elder, flying.commits, flying.other}
				if err := b.check(); err != nil {
					return fmt.Errorf("a transaction begins while commits are in flight: %+v: %w", b, err)
				}
			}
		}
	}
	return nil
}

func (b *beginning) check() error {
	disk := newDisk()
	fsys, t := &slowLogs{Fs: disk}, &turns{}
	t.changed.L = &t.mu
	fsys.set(t.take, nil)
	o := options(fsys, true)
	o.Limits.ConflictIdle = 1 // commits that no transaction needs are forgotten at once
	t.let(1 << 30)
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return err
	}
	if err = db.Put([]byte("before"), nil, engine.Sync); err == nil {
		t.let(0)
		err = b.meet(t, db)
	}
	t.let(1 << 30)
	return errors.Join(closing(db, err), allClosed(disk))
}

// meet lets the transaction begin during a sync, and then starts other commits. The next sync, which those wait for, is also
// held up until the transaction has its snapshot. On a busy machine, the transaction may begin after the other commits and
// wait for them, so that sync is not held up forever.
func (b *beginning) meet(turns *turns, db *engine.DB) error {
	var elder *engine.Txn
	if b.elder {
		var err error
		if elder, err = db.Begin(engine.TxnOptions{}); err != nil {
			return err
		}
		defer elder.Rollback() //nolint:errcheck // it only reads memory
	}
	answers := []<-chan error{start(func() error { return db.Put([]byte("synced"), nil, engine.Sync) })}
	if !eventually(turns.wanted) {
		return hangs()
	}
	var txn *engine.Txn
	begins := start(func() (err error) { txn, err = db.Begin(engine.TxnOptions{Isolation: b.isolation}); return err })
	for range meanwhile {
		runtime.Gosched()
	}
	for i := range b.flying {
		logged := db.Metrics().Commits + 1
		answers = append(answers, start(func() error { return db.Put(key(i), value(i), engine.Sync) }))
		if !eventually(func() bool { return db.Metrics().Commits == logged }) {
			return hangs()
		}
	}
	turns.let(1)
	if !soon(returned(begins)) {
		turns.let(1 << 30)
	}
	if !eventually(returned(begins)) {
		return hangs()
	}
	if err := <-begins; err != nil {
		return err
	}
	_, unseen := txn.Get(key(b.other))
	turns.let(1 << 30)
	for _, answer := range answers {
		if !eventually(returned(answer)) {
			return hangs()
		}
		if err := <-answer; err != nil {
			return err
		}
	}
	written := key(b.other)
	if b.isolation == engine.Serializable {
		written = []byte("elsewhere") // a serializable transaction conflicts because of its read alone
	}
	if err := txn.Put(written, nil); err != nil {
		return err
	}
	outcome := txn.Commit(engine.NoSync)
	if sees := unseen == nil; errors.Is(outcome, engine.ErrConflict) == sees {
		return wrong("it sees the commit: %t; its own commit returns %w", sees, orNone(outcome))
	}
	return nil
}

// turns lets syncs pass one by one.
type turns struct {
	mu      sync.Mutex
	changed sync.Cond
	left    int // syncs that may still pass
	waiting int
}

// let sets how many more syncs may pass.
func (t *turns) let(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.left = n
	t.changed.Broadcast()
}

// take waits until a sync may pass.
func (t *turns) take() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting++
	for t.left == 0 {
		t.changed.Wait()
	}
	t.waiting, t.left = t.waiting-1, t.left-1
	return nil
}

// wanted reports whether a sync is waiting.
func (t *turns) wanted() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.waiting > 0
}
