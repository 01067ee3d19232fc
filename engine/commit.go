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

// entryBytes is roughly the memtable overhead of an entry, beyond its key and value.
const entryBytes = 48

// commit applies a batch. If check is not nil, it is called at a point where no other commit can come in between; if it
// returns an error, the commit ends with that error and nothing is logged.
//
// A commit has three stages, and only the first holds commitMu:
//
//   - enter assigns sequence numbers, reserves space in the memtable and appends the batch to the log buffer. The batch
//     is its own log record, so it is encoded only once. All of this happens under one mutex, so the order of sequence
//     numbers is the order of records in the log. I3 depends on that: a torn log loses a suffix of the commits, not an
//     arbitrary set.
//   - The batch is inserted into the memtable, concurrently with other commits. Readers do not see it yet.
//   - Finish waits until the log has reached what the durability asks for (the sequencer groups the syncs of concurrent
//     commits), then publishes the commit after all earlier ones. If commits were published out of order, or before
//     their sync, a reader could act on one that the next power cut takes back (I4).
//
// An error before the append to the log (refused) means that nothing of the commit was logged. An error after it
// (uncertain) leaves the outcome open until the store is opened again, because the bytes of the record may reach the
// disk together with those of other commits.
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

// enter logs a batch. It returns the ticket that the acknowledgement waits for, and the memtable that takes the batch,
// which is nil if the batch is empty.
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

// barrier returns what an empty batch waits for. With Sync that is everything that can be read. What the session found
// on disk may exist in the page cache only, so it is first rewritten to files that the session has synced itself, as
// before a first commit.
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

// writable returns nil, or the reason why the store accepts no writes.
func (db *DB) writable() error {
	if db.closing.Load() {
		return ErrClosed
	}
	if db.opts.ReadOnly {
		return ErrReadOnly
	}
	return db.dir.Poisoned()
}

// uncertain returns the error of a commit whose bytes may have reached the log. If an earlier failure poisoned the
// store, that failure is reported as the cause.
func (db *DB) uncertain(err error) error {
	if cause := db.dir.Cause(); cause != nil {
		err = cause
	}
	return fmt.Errorf("engine: commit may be lost: %w", err)
}

// refused returns the error of a commit that failed before anything of it was written.
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

// makeRoom makes sure that the active memtable has room for one more commit of the given size, waiting if flushes or
// compactions are behind. A batch larger than a memtable gets a memtable of its own. A memtable also counts as full
// when it refers to a whole blob file's worth of values, because only a flush reveals how many of them are garbage.
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

// rotate freezes the active memtable; commits that are already logged may still be inserted into it. The whole log is
// handed to the operating system first, see Sequencer.Open. The caller holds commitMu.
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

// openLog creates a log and its memtable, and makes the log's name durable at once.
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

// establish runs before the first commit of a session and rewrites what the session found to files that it has written
// and synced itself. Commits replayed from logs may exist in the page cache only. Syncing those logs now would prove
// nothing: after a failed fsync the kernel marks the pages clean, and the next fsync succeeds without writing them. The
// caller holds commitMu.
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
