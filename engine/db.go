package engine

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/cache"
	"github.com/lightningdb/lightning-torture/engine/internal/conflict"
	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/picker"
	"github.com/lightningdb/lightning-torture/engine/internal/sequencer"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// DB is an open store. All methods may be called by any number of goroutines. Slices that are passed in stay the
// caller's; slices that are returned belong to the caller, unless said otherwise.
type DB struct {
	// Locks are taken in the order of the fields from commitMu on; large stands for its own lock and then those of its
	// files. After large and before mu come the locks of the sequencer, in its order. A goroutine that waits for commits
	// to become visible may hold any lock that comes before those of the sequencer, because a commit takes none of them
	// once it has its place in the log. The locks of recent and dir come last, with one exception: a failure may call
	// poisoned, which takes mu, with any other lock held.

	opts  Options
	dir   *durable.Dir
	lock  io.Closer
	cache *cache.Cache
	files view.Opener

	nextFile atomic.Uint64 // the number that the next new file gets
	closing  atomic.Bool
	counters counters
	seq      sequencer.Sequencer
	recent   conflict.Recent

	commitMu sync.Mutex // held from the choice of a sequence number until the log has the commit
	active   *view.Mem  // guarded by commitMu; nil until the first commit after Open or a rotation
	lastLog  wal.Before // guarded by commitMu: the log that got its last commit before the active one began

	flushMu sync.Mutex // held by the one flush that runs

	catalog   catalog
	leftovers []string // what a crash left and Open did not remove: the store is read-only, or the disk full
	large     largeValues
	blobs     view.Blobs

	view atomic.Pointer[view.View] // what reads see; written under mu, nil when closed
	mu   struct {
		sync.Mutex
		frozen    []*view.Mem
		snapshots map[key.Seq]int // how many snapshots are open at a sequence number
		tables    map[uint64]*view.Table
		obsolete  []string             // files that are not needed any more
		leaving   []string             // those of them that are being removed, or cannot be: poisoned
		running   []*picker.Compaction // except one that has paused all others
		paused    bool                 // no compaction begins, but those of the one who has paused them
		noRoom    error                // maintenance found no room, and waits until somebody needs it
	}
	changed sync.Cond // on mu: view, frozen, running or paused changed, or the store is poisoned or closing
	workers sync.WaitGroup
	// removing is held for reading while files are removed, and for writing when the last view is given up.
	removing sync.RWMutex
	images   sync.WaitGroup // images that are being copied; each began under commitMu
}

// Get returns the value of key, or ErrNotFound.
func (db *DB) Get(key []byte) ([]byte, error) { return db.AppendGet(nil, key) }

// AppendGet appends the value of key to dst and returns the extended slice. If the key is not there it returns dst and
// ErrNotFound; if the value cannot be read, dst and another error. With room in dst, a read of what is in memory
// allocates nothing.
func (db *DB) AppendGet(dst, key []byte) ([]byte, error) {
	v, err := db.acquire()
	if err != nil {
		return dst, err
	}
	dst, err = appendGet(v, dst, key, db.seq.Readable())
	return dst, also(err, db.release(v))
}

// appendGet appends the value of user at seq to dst, or returns ErrNotFound.
func appendGet(v *view.View, dst, user []byte, seq key.Seq) ([]byte, error) {
	value, kind, ok, err := v.Get(user, seq)
	switch {
	case err != nil:
		return dst, err
	case !ok || kind == key.Delete:
		return dst, ErrNotFound
	case kind == key.BlobSet:
		return v.Version.Registry.Append(dst, value)
	case dst == nil:
		dst = make([]byte, 0, len(value))
	}
	return append(dst, value...), nil
}

// Put writes value to key. See Apply.
func (db *DB) Put(key, value []byte, d Durability) error {
	if db.isLarge(len(value)) {
		b, err := db.separateOne(key, value)
		if err != nil {
			return err
		}
		return db.Apply(b, d)
	}
	b := newBatch()
	b.Put(key, value)
	return db.applyPooled(b, d)
}

// Delete removes key, which need not exist. See Apply.
func (db *DB) Delete(key []byte, d Durability) error {
	b := newBatch()
	b.Delete(key)
	return db.applyPooled(b, d)
}

func (db *DB) applyPooled(b *Batch, d Durability) error {
	err := db.Apply(b, d)
	reuse(b)
	return err
}

// DeleteRange removes every key from start, inclusive, to end, exclusive, at the cost of one small write. If end is not
// after start, nothing is removed. See Apply and Batch.DeleteRange.
func (db *DB) DeleteRange(start, end []byte, d Durability) error {
	var b Batch
	b.DeleteRange(start, end)
	return db.Apply(&b, d)
}

// Apply commits a batch: all of it becomes visible at once, and after a crash all of it is there, or nothing. An empty
// batch writes nothing; with Sync it still waits until everything that can be read is on disk, what Open found included.
//
// An error that is ErrPoisoned, ErrNoRoom, ErrClosed, ErrTooLarge, ErrReadOnly or ErrOptions means that nothing of the
// batch was written. After any other error the batch may or may not be there when the store is opened again; it is not visible
// before.
func (db *DB) Apply(b *Batch, d Durability) error { return db.commit(b, d, nil) }

// Close makes everything durable that was acknowledged since Open, waits for maintenance, checkpoints and backups that are
// under way and releases the store. If it returns nil and something was committed since Open, it is also known durably where
// each log ends: what is missing of the files later is ErrCorrupt, and never taken for what a crash leaves. After an error, such
// as that of a full disk, what was acknowledged may be durable all the same.
// Iterators that are open must still be closed. They go on with what is in memory and with files that are open; an iterator
// that needs another file has ErrClosed, as everything else has.
func (db *DB) Close() error {
	if !db.closing.CompareAndSwap(false, true) {
		return ErrClosed
	}
	db.wake()
	db.workers.Wait()
	db.awaitImages()
	db.commitMu.Lock()
	defer db.commitMu.Unlock()
	resume, err := db.quiesce(context.Background())
	if err != nil {
		return err
	}
	defer resume()
	err = db.endLogs()
	err = errors.Join(err, db.closeManifest(), db.releaseLast(), db.closeLarge())
	db.files.Files.Refuse(ErrClosed)
	return errors.Join(err, db.lock.Close())
}

// awaitImages waits until nobody copies files of the store any more: whoever opens it next may remove them.
func (db *DB) awaitImages() {
	db.commitMu.Lock()
	db.commitMu.Unlock() //nolint:staticcheck // no image begins from here on: it would have seen, under the lock, that the store closes
	db.images.Wait()
}

// endLogs makes the logs durable, then notes where each of them ends, and closes them.
func (db *DB) endLogs() error {
	if db.opts.ReadOnly {
		return nil
	}
	err := db.dir.Poisoned()
	if err == nil {
		err = db.seq.Finish(db.seq.Barrier(sequencer.Sync))
	}
	mems := slices.DeleteFunc(db.frozen(), (*view.Mem).Replayed)
	if db.active != nil {
		mems = append(mems, db.active)
	}
	if err == nil {
		err = db.endSession(mems)
	}
	for _, m := range mems {
		err = errors.Join(err, m.Log.Close())
	}
	return err
}

func (db *DB) newFileNum() uint64 { return db.nextFile.Add(1) - 1 }

// wake makes all goroutines that wait for a change look again.
func (db *DB) wake() {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.changed.Broadcast()
}
