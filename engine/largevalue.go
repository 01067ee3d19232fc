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

// largeValues writes values over LargeValueBytes: they go to a blob file before the log refers to them, and only
// references go to the log, the memtable and the tables. A file belongs to one session, and a flush ends it, so that its
// size is known when a table first refers to it.
//
// A value of BlobValueBytes or more is put into a blob file when its memtable is flushed, one over LargeValueBytes when
// it is committed; then log, memtable and tables have only a reference. Compactions copy references. They drop one with
// its entry, and so make garbage; the manifest has the amount per file. A blob file of which at least half is garbage
// is emptied: every rewrite of a table copies the values of such files elsewhere, and when nothing else is due, tables
// are rewritten just for that. So no more bytes are moved than are freed.
type largeValues struct {
	sync.Mutex // held while a value is written; not during its sync
	current    *growingFile
	ready      atomic.Bool // the session is established
}

// growingFile is a blob file that values are being added to.
type growingFile struct {
	*view.BlobFile
	out    *durable.File
	writer *blob.Writer

	syncing sync.Mutex
	synced  uint64 // bytes; this and what follows is guarded by syncing
	named   bool   // the name is durable
	closed  bool
}

// isLarge reports whether a value is written to a blob file at once.
func (db *DB) isLarge(valueBytes int) bool {
	return db.opts.BlobValueBytes >= 0 && valueBytes > db.opts.LargeValueBytes
}

// separate returns a batch in which references stand for large values, all of which are durable; without large values
// the batch itself. The files that the new batch refers to are held until releaseBlobs.
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

// separateOne is separate for a batch of one large value, which it does not copy.
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

// readyLarge gives the session a manifest before its first file of values. The marker that was found may be in the page
// cache alone: files that outlive it would belong to no store.
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
	if db.noRoom(err) { // part of the value may be there, as garbage: what comes next goes to another file
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

// syncLarge makes the values of a batch and the names of their files durable.
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

// sync makes durable what was written before the call. Callers that arrive during a sync wait; then one of them syncs
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

// failSeparate ends a commit whose values could not be written: nothing of it is in the log.
func (db *DB) failSeparate(out *Batch, err error) error {
	return db.releaseBlobs(out, db.refused(err))
}

// releaseBlobs lets go of the files that a commit held while it was under way, and returns its error.
func (db *DB) releaseBlobs(b *Batch, err error) error {
	if closing := db.letGoYoung(b.blobs...); closing != nil {
		return errors.Join(err, closing)
	}
	return err
}

// beginLarge creates a file. The first sync makes its name durable.
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

// endLarge ends the current file; later values go to another one. The caller holds large.
func (db *DB) endLarge() error {
	g := db.large.current
	if g == nil {
		return nil
	}
	db.large.current = nil
	err := g.sync(db.dir)
	return errors.Join(err, g.out.Close(), db.letGoYoung(g.BlobFile))
}

// sealLarge ends the current file.
func (db *DB) sealLarge() error {
	db.large.Lock()
	defer db.large.Unlock()
	return db.endLarge()
}

// closeLarge releases the current file without a sync: what a commit needs of it is durable.
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
