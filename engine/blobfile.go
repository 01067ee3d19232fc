package engine

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine/internal/blob"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
)

// blobFile is an open blob file. Whoever may meet a reference into it holds it: a version with tables that refer to it,
// a memtable that views show, a commit under way, the session's writer. It is closed, and removed, when nobody does.
type blobFile struct {
	num    uint64
	file   afero.File
	reader *blob.Reader
	size   atomic.Uint64 // on disk; more than the reader may read if a crash left bytes behind
	holds  int           // guarded by DB.mu
	young  atomic.Int32  // how many of the holds are not of versions: references may come that no table has yet
}

// garbage returns how many bytes no table needs, of which live are what tables refer to.
func (f *blobFile) garbage(live uint64) uint64 {
	if used := live + blob.FileHeaderBytes; f.size.Load() > used {
		return f.size.Load() - used
	}
	return 0
}

// blobRegistry finds open blob files by number. It is read without a lock, and changed under DB.mu.
type blobRegistry struct {
	files atomic.Pointer[map[uint64]*blobFile]
}

func (r *blobRegistry) all() map[uint64]*blobFile {
	if m := r.files.Load(); m != nil {
		return *m
	}
	return nil
}

func (r *blobRegistry) change(change func(m map[uint64]*blobFile)) {
	next := maps.Clone(r.all())
	if next == nil {
		next = map[uint64]*blobFile{}
	}
	change(next)
	r.files.Store(&next)
}

// find returns the file that an encoded reference leads to. The caller holds a view in which it met the reference.
func (r *blobRegistry) find(encoded []byte) (*blobFile, blob.Ref, error) {
	ref, ok := blob.DecodeRef(encoded)
	if !ok {
		return nil, ref, corrupt.At("blob reference", 0, "%x is not one", encoded)
	}
	f := r.all()[ref.File]
	if f == nil {
		return nil, ref, corrupt.At(blobName(ref.File), int64(ref.Offset), "a reference leads to a file that is not live")
	}
	return f, ref, nil
}

// append appends the value of an encoded reference to dst.
func (r *blobRegistry) append(dst, encoded []byte) ([]byte, error) {
	f, ref, err := r.find(encoded)
	if err != nil {
		return dst, err
	}
	return f.reader.Append(dst, ref)
}

// openBlobFile opens a live blob file. That it is missing or has fewer bytes than were durable is corruption.
func (db *DB) openBlobFile(num, bytes uint64) (*blobFile, error) {
	name := blobName(num)
	file, err := db.dir.Open(name)
	if err != nil {
		return nil, missing(name, err)
	}
	f := &blobFile{num: num, file: file}
	info, err := file.Stat()
	if err == nil {
		f.size.Store(uint64(info.Size()))
		if f.size.Load() < bytes {
			err = corrupt.At(name, info.Size(), "shorter than %d bytes, which were durable", bytes)
		}
	}
	if err == nil {
		f.reader, err = blob.Open(file, num, bytes, name)
	}
	if errors.Is(err, blob.ErrVersion) {
		err = fmt.Errorf("%w: %w", ErrVersion, err)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return f, nil
}

// registerBlobFiles makes files known to readers.
func (db *DB) registerBlobFiles(files ...*blobFile) {
	if len(files) == 0 {
		return
	}
	db.blobs.change(func(m map[uint64]*blobFile) {
		for _, f := range files {
			m[f.num] = f
		}
	})
}

// holdYoung holds files of which the caller knows that somebody holds them. The caller holds mu.
func holdYoung(files ...*blobFile) {
	for _, f := range files {
		f.holds++
		f.young.Add(1)
	}
}

// letGoYoung gives up holds that are not of versions.
func (db *DB) letGoYoung(files ...*blobFile) error {
	if len(files) == 0 {
		return nil
	}
	for _, f := range files {
		f.young.Add(-1)
	}
	err := db.letGo(files...)
	db.wake() // garbage may be collected now
	return err
}

// letGo gives up holds. While the store is open, whatever an Open would need is held by its current view: what nobody
// holds is obsolete.
func (db *DB) letGo(files ...*blobFile) error {
	if len(files) == 0 {
		return nil
	}
	db.mu.Lock()
	var gone []*blobFile
	for _, f := range files {
		if f.holds--; f.holds == 0 {
			gone = append(gone, f)
			if db.view.Load() != nil {
				db.mu.obsolete = append(db.mu.obsolete, blobName(f.num))
			}
		}
	}
	if len(gone) > 0 {
		db.blobs.change(func(m map[uint64]*blobFile) {
			for _, f := range gone {
				delete(m, f.num)
			}
		})
	}
	db.mu.Unlock()
	var errs []error
	for _, f := range gone {
		errs = append(errs, f.file.Close())
	}
	return errors.Join(errs...)
}

// hold makes a memtable hold the files that a batch refers to, before the batch is in it. The caller holds commitMu.
func (db *DB) hold(m *mem, b *Batch) {
	if len(b.blobs) == 0 {
		return
	}
	m.blobBytes += b.blobBytes
	db.mu.Lock()
	defer db.mu.Unlock()
	for _, f := range b.blobs {
		m.hold(f)
	}
}

// hold is called with DB.mu held.
func (m *mem) hold(f *blobFile) {
	if !slices.Contains(m.blobs, f) {
		m.blobs = append(m.blobs, f)
		holdYoung(f)
	}
}

// showMems notes that one more view shows the memtables. The caller holds mu.
func showMems(mems []*mem) {
	for _, m := range mems {
		m.views++
	}
}

// dropMems notes that a view is gone. What its memtables held, if no view shows them any more, they let go.
func (db *DB) dropMems(mems []*mem) error {
	if len(mems) == 0 {
		return nil
	}
	var files []*blobFile
	db.mu.Lock()
	for _, m := range mems {
		if m.views--; m.views == 0 {
			files = append(files, m.blobs...)
			m.blobs = nil
		}
	}
	db.mu.Unlock()
	return db.letGoYoung(files...)
}
