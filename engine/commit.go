package engine

import (
	"errors"
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/invariant"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/memtable"
	"github.com/lightningdb/lightning-torture/engine/internal/sequencer"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// entryBytes is about what an entry takes in a memtable besides its key and value.
const entryBytes = 48

// commit applies a batch. If check is not nil, it is called when no other commit can come in between, and its error
// ends the commit.
//
// Under the mutex a commit gets its sequence numbers, its space in a memtable and its place in the log; the log record
// is the batch itself. Everything that takes long happens outside the mutex: the insert, the write, the sync.
func (db *DB) commit(b *Batch, d Durability, check func() error) error {
	if b.err != nil {
		return b.err
	}
	if d > Buffered {
		return fmt.Errorf("%w: durability %d", ErrOptions, d)
	}
	given := b
	given.seq = 0
	b, err := db.separate(b)
	if err != nil {
		return err
	}
	t, m, err := db.enter(b, d, check)
	given.seq = b.seq
	closing := db.releaseBlobs(b, nil)
	if err != nil {
		return errors.Join(err, closing)
	}
	if m != nil {
		in := m.Table.Inserter()
		_, err := m.Insert(b.data, &in, "batch")
		invariant.Check(err == nil, "I1: a batch that was logged can be replayed")
		db.seq.Spill(m.Log)
	}
	if err := db.seq.Finish(t); err != nil {
		return db.uncertain(err)
	}
	return nil // NB: an error from closing a blob file that is no longer needed says nothing about this commit
}

// enter logs a batch, and returns what its acknowledgement must wait for and the memtable that it goes into, or nil if
// the batch is empty.
func (db *DB) enter(b *Batch, d Durability, check func() error) (sequencer.Ticket, *view.Mem, error) {
	db.commitMu.Lock()
	defer db.commitMu.Unlock()
	if err := db.writable(); err != nil {
		return sequencer.Ticket{}, nil, err
	}
	if check != nil {
		if err := check(); err != nil {
			return sequencer.Ticket{}, nil, err
		}
	}
	if b.Len() == 0 {
		return db.barrier(d)
	}
	if err := db.makeRoom(len(b.data) + b.Len()*entryBytes); err != nil {
		return sequencer.Ticket{}, nil, err
	}
	return db.log(b, d)
}

// barrier returns what an empty batch waits for. With Sync that is everything that can be read: what the session found may exist
// in the page cache only, so it is moved to files that the session has synced itself, as before its first commit.
func (db *DB) barrier(d Durability) (sequencer.Ticket, *view.Mem, error) {
	if d == Sync {
		if err := db.establish(); err != nil {
			return sequencer.Ticket{}, nil, db.refused(err)
		}
	}
	return db.seq.Barrier(sequencer.Durability(d)), nil, nil
}

func (db *DB) log(b *Batch, d Durability) (sequencer.Ticket, *view.Mem, error) {
	first := db.seq.Newest() + 1
	b.number(first)
	if err := db.active.Log.Append(b.data); err != nil {
		return sequencer.Ticket{}, nil, db.uncertain(err)
	}
	db.hold(db.active, b)
	if db.recent.Add(b.data, db.seq.Readable()) {
		notify(db.opts.EventListener.CommitsForgotten, b.Seq())
	}
	db.counters.commits.Add(1)
	db.counters.logBytes.Add(int64(len(b.data)))
	db.counters.committedBytes.Add(int64(len(b.data)) + int64(b.blobBytes))
	return db.seq.Append(first+key.Seq(b.Len())-1, sequencer.Durability(d)), db.active, nil
}

// writable returns why nothing can be written, or nil.
func (db *DB) writable() error {
	if db.closing.Load() {
		return ErrClosed
	}
	if db.opts.ReadOnly {
		return ErrReadOnly
	}
	return db.dir.Poisoned()
}

// uncertain is the error of a commit whose bytes may be in the log. The cause is that of the first failure, if the
// commit met a later one.
func (db *DB) uncertain(err error) error {
	if cause := db.dir.Cause(); cause != nil {
		err = cause
	}
	return fmt.Errorf("engine: commit may be lost: %w", err)
}

// refused turns an error of what must precede a commit into the error of a commit of which nothing was written.
func (db *DB) refused(err error) error {
	if err == nil || errors.Is(err, ErrClosed) {
		return err
	}
	if db.noRoom(err) {
		return fmt.Errorf("%w: %w", ErrNoRoom, err)
	}
	db.failed(err)
	return db.dir.Poisoned()
}

// makeRoom makes sure that there is a memtable for one more commit of the given size, and waits if flushes or
// compactions are behind. A batch larger than a memtable gets one of its own. A memtable that refers to a whole blob
// file's worth of values also counts as full: only a flush shows how much of them is garbage.
func (db *DB) makeRoom(bytes int) error {
	if m := db.active; m != nil && m.Reserved > 0 &&
		(m.Reserved+bytes > db.opts.MemtableBytes || m.BlobBytes >= uint64(db.opts.BlobFileBytes)) {
		if err := db.rotate(); err != nil {
			return db.refused(err)
		}
	}
	if db.active == nil {
		if err := db.establish(); err != nil {
			return db.refused(err)
		}
		if err := db.settle(); err != nil {
			return db.refused(err)
		}
		if err := db.openLog(bytes); err != nil {
			return db.refused(err)
		}
	}
	if err := db.seq.Room(); err != nil {
		return db.refused(err)
	}
	db.active.Reserved += bytes
	return nil
}

// rotate freezes the active memtable, into which commits may still be inserted. First its whole log is handed to the
// operating system; see Sequencer.Open. The caller holds commitMu.
func (db *DB) rotate() error {
	m := db.active
	if m == nil || m.Reserved == 0 {
		return nil
	}
	m.LastSeq = db.seq.Newest()
	if err := db.seq.Hand(m.LastSeq); err != nil {
		return err
	}
	db.active, db.lastLog = nil, wal.Before{Num: m.LogNum, Bytes: m.Log.Bytes()}
	db.mu.Lock()
	defer db.mu.Unlock()
	db.mu.frozen = append(db.mu.frozen, m)
	db.mu.noRoom = nil // maintenance that found no room tries again
	db.changed.Broadcast()
	return nil
}

// openLog creates a log and its memtable. The name is made durable at once.
func (db *DB) openLog(bytes int) error {
	m := &view.Mem{Table: memtable.New(max(db.opts.MemtableBytes, bytes)), LogNum: db.newFileNum()}
	m.Table.IndexAt(db.opts.Limits.IndexEntries)
	f, err := db.dir.Draft(filename.Log(m.LogNum))
	if err != nil {
		return err
	}
	f.Keep()
	if err := db.dir.Sync(); err != nil {
		return errors.Join(err, f.Close())
	}
	m.Log = wal.NewWriter(f, m.LogNum)
	m.Log.Limit(db.opts.Limits)
	m.Log.Begin(db.lastLog)
	m.Log.WriteAhead(db.opts.LogAheadBytes)
	db.seq.Open(m.Log)
	db.addLog(m.LogNum)
	notify(db.opts.EventListener.WALCreated, m.LogNum)
	db.active = m
	return db.showActive(m)
}

// establish comes before the first commit of a session. It moves what the session found into files that the session has
// written and synced itself. What was replayed from logs may exist in the page cache only, and even a successful sync
// of it would prove nothing if an earlier one had failed. The caller holds commitMu.
func (db *DB) establish() error {
	if slices.ContainsFunc(db.frozen(), (*view.Mem).Replayed) {
		return db.flushFrozen(db.nextFile.Load())
	}
	if db.established() {
		return nil
	}
	var ch change
	ch.LogFloor = db.nextFile.Load()
	return db.apply(ch)
}
