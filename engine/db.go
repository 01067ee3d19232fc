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

// DB is an open store. Its methods are safe for concurrent use. Slices passed in remain the caller's and are not
// retained; slices returned belong to the caller unless stated otherwise.
type DB struct {
	// Locks are taken in the order of the fields below, from commitMu on. The field large stands for its own lock
	// followed by those of its files. The sequencer's locks come after large and before mu, in the sequencer's own
	// order. A goroutine that waits for commits to become visible may hold any lock that precedes the sequencer's,
	// because a commit takes none of those once it has its place in the log. The locks of recent and dir come last.
	// There is one exception: a failure calls poisoned, which takes mu, and may do so while any other lock is held.

	opts  Options
	dir   *durable.Dir
	lock  io.Closer
	cache *cache.Cache
	files view.Opener

	nextFile atomic.Uint64 // the next file number
	closing  atomic.Bool
	counters counters
	seq      sequencer.Sequencer
	recent   conflict.Recent

	commitMu sync.Mutex // held from the choice of a sequence number until the commit is appended to the log
	active   *view.Mem  // guarded by commitMu; nil until the first commit after Open or a rotation
	lastLog  wal.Before // guarded by commitMu: the log before the active one

	flushMu sync.Mutex // held by the running flush; there is at most one

	catalog   catalog
	leftovers []string // files left by a crash that Open could not remove, because the store is read-only or the disk full
	large     largeValues
	blobs     view.Blobs

	view atomic.Pointer[view.View] // what readers see; written under mu, nil once closed
	mu   struct {
		sync.Mutex
		frozen    []*view.Mem
		snapshots map[key.Seq]int // number of open snapshots per sequence number
		tables    map[uint64]*view.Table
		obsolete  []string             // files no longer needed
		leaving   []string             // obsolete files being removed, or left because the store is poisoned
		running   []*picker.Compaction // not counting one that has paused all others
		paused    bool                 // only the goroutine that paused compactions may start one
		noRoom    error                // why maintenance waits: the disk had no room for its files
	}
	changed sync.Cond // on mu: view, frozen, running or paused changed, or the store is poisoned or closing
	workers sync.WaitGroup
	// removing is held for reading while files are removed, and for writing when the last view is released.
	removing sync.RWMutex
	images   sync.WaitGroup // images being copied; each is added under commitMu
}

// Get returns the value of key, or ErrNotFound. The result is a copy that belongs to the caller. Any other error is
// ErrClosed, ErrCorrupt or one from the filesystem, and says nothing about whether the key exists.
func (db *DB) Get(key []byte) ([]byte, error) { return db.AppendGet(nil, key) }

// AppendGet appends the value of key to dst and returns the extended slice. If key does not exist it returns dst and
// ErrNotFound; if the value cannot be read, it returns dst and the reason. If dst has enough capacity, reading a value
// from memory does not allocate.
func (db *DB) AppendGet(dst, key []byte) ([]byte, error) {
	v, err := db.acquire()
	if err != nil {
		return dst, err
	}
	dst, err = appendGet(v, dst, key, db.seq.Readable())
	return dst, also(err, db.release(v))
}

// appendGet appends the value that user has at seq to dst, or returns ErrNotFound.
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

// Put sets key to value. See Apply for durability and errors.
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

// Delete removes key, which need not exist. See Apply for durability and errors.
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

// DeleteRange removes every key in [start, end) at the cost of one small write. If end <= start, it removes nothing.
// See Apply for durability and errors, and Batch.DeleteRange.
func (db *DB) DeleteRange(start, end []byte, d Durability) error {
	var b Batch
	b.DeleteRange(start, end)
	return db.Apply(&b, d)
}

// Apply commits a batch atomically: its writes become visible all at once, and after a crash either all of them are
// there or none. It returns once the commit is as durable as d asks. An empty batch writes nothing, but with Sync it
// still waits until everything readable is on disk, including what Open found.
//
// If the error is ErrPoisoned, ErrNoRoom, ErrClosed, ErrTooLarge, ErrReadOnly or ErrOptions, nothing of the batch was
// written. After any other error the outcome is open: the batch stays invisible in this session, and may or may not be
// there when the store is next opened.
func (db *DB) Apply(b *Batch, d Durability) error { return db.commit(b, d, nil) }

// Close makes everything acknowledged since Open durable, waits for maintenance, checkpoints and backups under way, and
// releases the store. If anything was committed since Open and Close returns nil, the manifest also durably records
// where each log ends. If some of that data is missing later, Open reports ErrCorrupt instead of taking it for the
// result of a crash. If Close fails, for instance because the disk is full, acknowledged commits may still be durable.
//
// Open iterators must still be closed by their owners. They can go on reading from memory and from files that are
// already open; one that needs another file fails with ErrClosed, as does any other call on a closed store.
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

// awaitImages waits until no one is copying files of the store. Once the store is closed, the next process to open it
// may remove those files.
func (db *DB) awaitImages() {
	db.commitMu.Lock()
	db.commitMu.Unlock() //nolint:staticcheck // no image can start from here on: under the lock it would see that the store is closing
	db.images.Wait()
}

// endLogs makes the logs durable, records where each one ends, and closes them.
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

// wake makes every goroutine that waits for a change check again.
func (db *DB) wake() {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.changed.Broadcast()
}
