package engine

import (
	"errors"
	"sync"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/batch"
	"github.com/lightningdb/lightning-torture/engine/internal/blob"
	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// largeValues writes values over LargeValueBytes to a blob file before the log refers to them, so that the log, the
// memtable and the tables hold only references. A blob file belongs to one session. A flush ends it, so that its size
// is known before a table first refers to it.
//
// Values of at least BlobValueBytes move to a blob file when their memtable is flushed, values over LargeValueBytes
// already at commit. Compactions copy the reference, not the value. When they drop an entry, its value becomes garbage;
// the manifest records how much of each file is garbage. A blob file that is at least half garbage is emptied: every
// rewrite of a table copies its values out of such files, and when nothing else is due, tables are rewritten just for
// that. So collection never moves more bytes than it frees.
type largeValues struct {
	sync.Mutex // held while a value is written; not during its sync
	current    *growingFile
	ready      atomic.Bool // the session is established
}

// growingFile is the blob file that values are being appended to.
type growingFile struct {
	*view.BlobFile
	out    *durable.File
	writer *blob.Writer

	syncing sync.Mutex
	synced  uint64 // bytes; guarded by syncing, as are the fields below
	named   bool   // the name is durable
	closed  bool
}

// isLarge reports whether a value of this length goes to a blob file at commit.
func (db *DB) isLarge(valueBytes int) bool {
	return db.opts.BlobValueBytes >= 0 && valueBytes > db.opts.LargeValueBytes
}

// separate replaces the large values of a batch by references to values that are durable when it returns. It returns
// the batch itself if it has no large values. The blob files of the new batch are held until releaseBlobs.
func (db *DB) separate(b *Batch) (*Batch, error) {
	if !db.isLarge(b.longest) {
		return b, nil
	}
	if err := db.readyLarge(); err != nil {
		return nil, err
	}
	out := *b
	out.data, out.longest, out.blobs = append([]byte{}, b.data[:batch.HeaderBytes]...), 0, nil
	var wrote []*growingFile
	ops := batch.Reader{Left: b.count, Rest: b.data[batch.HeaderBytes:]}
	for ops.Left > 0 {
		before := ops.Rest
		ops.Next()
		if ops.Kind != key.Set || !db.isLarge(len(ops.Value)) {
			out.data = append(out.data, before[:len(before)-len(ops.Rest)]...)
			continue
		}
		f, err := db.addLarge(&out, ops.User, ops.Value)
		if err != nil {
			return nil, db.failSeparate(&out, err)
		}
		wrote = append(wrote, f)
	}
	return db.syncLarge(&out, wrote...)
}

// separateOne is separate for a batch of one large value. It does not copy the value.
func (db *DB) separateOne(user, value []byte) (*Batch, error) {
	if err := checkSizes(key.Set, user, value); err != nil {
		return nil, err
	}
	if err := db.readyLarge(); err != nil {
		return nil, err
	}
	out := &Batch{data: make([]byte, batch.HeaderBytes), count: 1}
	f, err := db.addLarge(out, user, value)
	if err != nil {
		return nil, db.failSeparate(out, err)
	}
	return db.syncLarge(out, f)
}

// readyLarge gives the session a manifest before its first blob file is created. The marker found by Open may exist in
// the page cache only; if a power cut lost it, the blob file would be left in a directory that is not a store.
func (db *DB) readyLarge() error {
	if db.large.ready.Load() {
		return nil
	}
	db.commitMu.Lock()
	defer db.commitMu.Unlock()
	if err := db.writable(); err != nil {
		return err
	}
	if err := db.establish(); err != nil {
		return db.refused(err)
	}
	db.large.ready.Store(true)
	return nil
}

// addLarge writes a value and adds its reference to a batch.
func (db *DB) addLarge(out *Batch, user, value []byte) (*growingFile, error) {
	l := &db.large
	l.Lock()
	defer l.Unlock()
	if err := db.writable(); err != nil {
		return nil, err
	}
	if g := l.current; g != nil && g.writer.Bytes() > blob.FileHeaderBytes &&
		g.writer.Bytes()+uint64(len(value)) > uint64(db.opts.BlobFileBytes) {
		if err := db.endLarge(); err != nil {
			return nil, err
		}
	}
	if l.current == nil {
		if err := db.beginLarge(); err != nil {
			return nil, err
		}
	}
	g := l.current
	ref, err := g.writer.Add(value)
	if err == nil {
		err = g.writer.Flush()
	}
	if db.noRoom(err) { // the file may end in part of the value, as garbage, so the next value goes to another file
		return nil, errors.Join(err, db.endLarge())
	}
	if err != nil {
		return nil, err
	}
	g.Reader.Grow(ref.End())
	g.Size.Store(ref.End())
	db.counters.blobBytes.Add(int64(ref.Bytes()))
	db.mu.Lock()
	view.HoldYoung(g.BlobFile)
	db.mu.Unlock()
	out.addRef(user, ref)
	out.blobs = append(out.blobs, g.BlobFile)
	return g, nil
}

// syncLarge makes the values of a batch and the names of their blob files durable.
func (db *DB) syncLarge(out *Batch, wrote ...*growingFile) (*Batch, error) {
	for i, g := range wrote {
		if i+1 < len(wrote) && wrote[i+1] == g {
			continue
		}
		if err := g.sync(db.dir); err != nil {
			return nil, db.failSeparate(out, err)
		}
	}
	return out, nil
}

// sync makes everything written before the call durable. Callers that arrive during a sync wait; then one of them syncs
// for all.
func (g *growingFile) sync(dir *durable.Dir) error {
	end := g.Reader.Size()
	g.syncing.Lock()
	defer g.syncing.Unlock()
	if g.synced >= end {
		return nil
	}
	if g.closed {
		return ErrClosed
	}
	end = g.Reader.Size()
	if err := g.out.Sync(); err != nil {
		return err
	}
	if !g.named {
		if err := dir.Sync(); err != nil {
			return err
		}
		g.named = true
	}
	g.synced = end
	return nil
}

// failSeparate ends a commit whose values could not be written. Nothing of it is in the log.
func (db *DB) failSeparate(out *Batch, err error) error {
	return db.releaseBlobs(out, db.refused(err))
}

// releaseBlobs releases the blob files held by a commit while it was under way, and adds any error to err.
func (db *DB) releaseBlobs(b *Batch, err error) error {
	if closing := db.letGoYoung(b.blobs...); closing != nil {
		return errors.Join(err, closing)
	}
	return err
}

// beginLarge creates a blob file. The first sync makes its name durable.
func (db *DB) beginLarge() error {
	num := db.newFileNum()
	out, err := db.dir.Draft(filename.Blob(num))
	if err != nil {
		return err
	}
	file, err := db.files.Files.Open(filename.Blob(num))
	if err != nil {
		return errors.Join(err, out.Close())
	}
	f := &view.BlobFile{Num: num, File: file, Reader: blob.NewReader(file, num, filename.Blob(num))}
	db.large.current = &growingFile{BlobFile: f, out: out, writer: blob.NewWriter(out, num)}
	db.large.current.writer.Gather(db.opts.Limits.BlobWriteBytes)
	db.mu.Lock()
	defer db.mu.Unlock()
	view.HoldYoung(f)
	db.blobs.Add(f)
	return nil
}

// endLarge ends the current blob file; later values go to a new one. The caller holds large.
func (db *DB) endLarge() error {
	g := db.large.current
	if g == nil {
		return nil
	}
	db.large.current = nil
	err := g.sync(db.dir)
	return errors.Join(err, g.out.Close(), db.letGoYoung(g.BlobFile))
}

// sealLarge is endLarge for callers that do not hold large.
func (db *DB) sealLarge() error {
	db.large.Lock()
	defer db.large.Unlock()
	return db.endLarge()
}

// closeLarge closes the current blob file without a sync: whatever a commit needs of it is durable already.
func (db *DB) closeLarge() error {
	db.large.Lock()
	defer db.large.Unlock()
	g := db.large.current
	if g == nil {
		return nil
	}
	db.large.current = nil
	g.syncing.Lock()
	defer g.syncing.Unlock()
	g.closed = true
	return errors.Join(g.out.Close(), db.letGoYoung(g.BlobFile))
}
