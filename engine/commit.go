package engine

import (
	"errors"
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/invariant"
	"github.com/lightningdb/lightning-torture/engine/internal/memtable"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// entryBytes is about what an entry takes in a memtable beside its key and value.
const entryBytes = 48

// commit applies a batch. If check is not nil, it is called when no other commit can come in between, and its error
// ends the commit.
func (db *DB) commit(b *Batch, d Durability, check func() error) error {
	if b.err != nil {
		return b.err
	}
	b, err := db.separate(b)
	if err != nil {
		return err
	}
	t, err := db.enter(b, d, check)
	if err = db.releaseBlobs(b, err); err != nil {
		return err
	}
	if err := db.seq.finish(t); err != nil {
		return db.uncertain()
	}
	return nil
}

// enter logs a batch and inserts it into the memtable, and returns what its acknowledgement must wait for.
func (db *DB) enter(b *Batch, d Durability, check func() error) (ticket, error) {
	db.commitMu.Lock()
	defer db.commitMu.Unlock()
	if err := db.writable(); err != nil {
		return ticket{}, err
	}
	if check != nil {
		if err := check(); err != nil {
			return ticket{}, err
		}
	}
	if b.Len() == 0 {
		t := db.seq.barrier()
		if d != Sync {
			t.need = 0
		}
		return ticket{0, t.need}, nil
	}
	if err := db.makeRoom(len(b.data) + b.Len()*entryBytes); err != nil {
		return ticket{}, err
	}
	return db.log(b, d)
}

func (db *DB) log(b *Batch, d Durability) (ticket, error) {
	first := db.seq.appended + 1
	b.number(first)
	if err := db.active.log.Append(b.data); err != nil {
		return ticket{}, db.uncertain()
	}
	db.hold(db.active, b)
	last, err := insert(b.data, db.active.table, "batch")
	invariant.Check(err == nil, "I1: a batch that was logged can be replayed")
	db.recent.add(b.data, db.seq.readable())
	db.counters.commits.Add(1)
	db.counters.logBytes.Add(int64(len(b.data)))
	return db.seq.append(last, db.active.log, d), nil
}

// writable returns why nothing can be written, or nil.
func (db *DB) writable() error {
	if db.closing.Load() {
		return ErrClosed
	}
	return db.dir.Poisoned()
}

// uncertain is the error of a commit whose bytes may be in the log.
func (db *DB) uncertain() error {
	return fmt.Errorf("engine: commit may be lost: %w", db.dir.Cause())
}

// refused turns the error of what must come before a commit into that of a commit of which nothing was written.
func (db *DB) refused(err error) error {
	if err == nil || errors.Is(err, ErrClosed) {
		return err
	}
	db.failed(err)
	return db.dir.Poisoned()
}

// makeRoom makes sure that there is a memtable for so many more bytes, and waits if flushes or compactions are behind.
// A batch over the size of a memtable gets one of its own. A memtable that refers to a whole blob file's worth of values
// is full, too: how much of them is garbage is known only when it is flushed.
func (db *DB) makeRoom(bytes int) error {
	if m := db.active; m != nil && !m.table.Empty() &&
		(m.table.Bytes()+bytes > db.opts.MemtableBytes || m.blobBytes >= uint64(db.opts.BlobFileBytes)) {
		if err := db.rotate(); err != nil {
			return db.refused(err)
		}
	}
	if db.active != nil {
		return nil
	}
	if err := db.settle(); err != nil {
		return db.refused(err)
	}
	return db.refused(db.openLog(bytes))
}

// rotate freezes the active memtable. Its log becomes durable as a whole first, so that no commit of the next log can
// survive one of this. The caller holds commitMu.
func (db *DB) rotate() error {
	m := db.active
	if m == nil || m.table.Empty() {
		return nil
	}
	t := db.seq.barrier()
	if err := db.seq.finish(t); err != nil {
		return err
	}
	if err := m.log.Close(); err != nil {
		return err
	}
	m.lastSeq = t.last
	db.active = nil
	db.mu.Lock()
	defer db.mu.Unlock()
	db.mu.frozen = append(db.mu.frozen, m)
	db.changed.Broadcast()
	return nil
}

// openLog creates a log and its memtable. The name is made durable at once.
func (db *DB) openLog(bytes int) error {
	if err := db.establish(); err != nil {
		return err
	}
	m := &mem{table: memtable.New(max(db.opts.MemtableBytes, bytes)), logNum: db.newFileNum()}
	f, err := db.dir.Create(logName(m.logNum))
	if err != nil {
		return err
	}
	if err := db.dir.Sync(); err != nil {
		return errors.Join(err, f.Close())
	}
	m.log = wal.NewWriter(f, m.logNum)
	db.addLog(m.logNum)
	notify(db.opts.EventListener.WALCreated, m.logNum)
	db.active = m
	return db.showActive(m)
}

// establish comes before the first commit of a session: what the session found goes into files that it has written and
// synced itself. What was replayed from logs may exist in the page cache only, and even a successful sync of it would
// prove nothing if an earlier one had failed. The caller holds commitMu.
func (db *DB) establish() error {
	if slices.ContainsFunc(db.frozen(), (*mem).replayed) {
		return db.flushFrozen(db.nextFile.Load())
	}
	if db.established() {
		return nil
	}
	var ch change
	ch.LogFloor = db.nextFile.Load()
	return db.apply(ch)
}
