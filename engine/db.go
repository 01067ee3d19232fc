package engine

import (
	"errors"
	"io"
	"sync"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/cache"
	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// DB is an open store. All methods may be called by any number of goroutines. Slices that are passed in stay the
// caller's; slices that are returned are the caller's, too, unless said otherwise.
//
// Locks are taken in the order of the fields.
type DB struct {
	opts  Options
	dir   *durable.Dir
	lock  io.Closer
	cache *cache.Cache

	nextFile atomic.Uint64 // the number that the next new file gets
	closing  atomic.Bool
	counters counters
	seq      sequencer
	recent   recentCommits

	commitMu sync.Mutex // held from the choice of a sequence number until the memtable has the commit
	active   *mem       // guarded by commitMu; nil until the first commit after Open or a rotation

	flushMu   sync.Mutex // held by the one flush that runs
	compactMu sync.Mutex // held by the one compaction that runs
	cursor    [levels][]byte

	catalog catalog
	large   largeValues
	blobs   blobRegistry

	mu struct {
		sync.Mutex
		view      *view // what reads see
		frozen    []*mem
		snapshots map[key.Seq]int // how many snapshots are open at a sequence number
		tables    map[uint64]*table
		obsolete  []string // files that nobody needs any more
	}
	changed sync.Cond // on mu: view or frozen changed, or the store is poisoned or closing
	workers sync.WaitGroup
}

// Get returns the value of key, or ErrNotFound.
func (db *DB) Get(key []byte) ([]byte, error) {
	v, err := db.acquire()
	if err != nil {
		return nil, err
	}
	value, err := v.read(key, db.seq.readable())
	return value, errors.Join(err, db.release(v))
}

// read returns a copy of the value of user at seq, or ErrNotFound.
func (v *view) read(user []byte, seq key.Seq) ([]byte, error) {
	value, kind, ok, err := v.get(user, seq)
	switch {
	case err != nil:
		return nil, err
	case !ok || kind == key.Delete:
		return nil, ErrNotFound
	case kind == key.BlobSet:
		return v.version.registry.append(nil, value)
	}
	return append(make([]byte, 0, len(value)), value...), nil
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
	var b Batch
	b.Put(key, value)
	return db.Apply(&b, d)
}

// Delete removes key, which need not exist. See Apply.
func (db *DB) Delete(key []byte, d Durability) error {
	var b Batch
	b.Delete(key)
	return db.Apply(&b, d)
}

// Apply commits a batch: all of it becomes visible at once, and after a crash all of it is there, or nothing. An empty
// batch writes nothing; with Sync it still waits until everything that was acknowledged is on disk.
//
// An error that is ErrPoisoned, ErrClosed or ErrTooLarge means that nothing of the batch was written. After any other
// error the batch may or may not be there when the store is opened again; it is not visible before.
func (db *DB) Apply(b *Batch, d Durability) error { return db.commit(b, d, nil) }

// Close makes everything acknowledged durable, waits for maintenance that is under way and releases the store.
// Iterators that are open still work and must still be closed; everything else returns ErrClosed.
func (db *DB) Close() error {
	if !db.closing.CompareAndSwap(false, true) {
		return ErrClosed
	}
	db.wake()
	db.workers.Wait()
	db.commitMu.Lock()
	defer db.commitMu.Unlock()
	db.flushMu.Lock()
	defer db.flushMu.Unlock()
	db.compactMu.Lock()
	defer db.compactMu.Unlock()
	err := db.sealLog()
	err = errors.Join(err, db.closeManifest(), db.releaseLast(), db.closeLarge(), db.lock.Close())
	return err
}

// sealLog makes the log durable, with a proof of that.
func (db *DB) sealLog() error {
	if db.active == nil {
		return db.dir.Poisoned()
	}
	err := db.dir.Poisoned()
	if err == nil {
		err = db.seq.wait(db.seq.barrier().need)
	}
	if err == nil {
		err = db.active.log.Seal()
	}
	return errors.Join(err, db.active.log.Close())
}

func (db *DB) newFileNum() uint64 { return db.nextFile.Add(1) - 1 }

// wake makes everybody who waits for a change look again.
func (db *DB) wake() {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.changed.Broadcast()
}
