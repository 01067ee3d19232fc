package view

import (
	"errors"
	"fmt"
	"maps"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/blob"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
)

// BlobFile is an open blob file. Everything that may encounter a reference into it holds it: a version with tables that
// refer to it, a memtable that a view shows, a commit under way, the session's writer. It is closed and removed when
// nothing holds it.
type BlobFile struct {
	Num    uint64
	File   File
	Reader *blob.Reader
	Size   atomic.Uint64 // bytes on disk; more than the reader may read if a crash left garbage at the end
	Holds  int           // guarded by DB.mu
	Young  atomic.Int32  // holds that do not belong to versions: there may be references that are in no table yet
}

// Garbage returns how many bytes of the file no table needs, if tables refer to live bytes of it.
func (f *BlobFile) Garbage(live uint64) uint64 {
	if used := live + blob.FileHeaderBytes; f.Size.Load() > used {
		return f.Size.Load() - used
	}
	return 0
}

// Blobs finds open blob files by number. It is read without a lock and changed under DB.mu.
type Blobs struct {
	files atomic.Pointer[map[uint64]*BlobFile]
}

// All returns all of them. The map must not be modified.
func (r *Blobs) All() map[uint64]*BlobFile {
	if m := r.files.Load(); m != nil {
		return *m
	}
	return nil
}

// Add makes files known to readers. The caller holds DB.mu, or is still the only user of the store.
func (r *Blobs) Add(files ...*BlobFile) {
	if len(files) == 0 {
		return
	}
	r.change(func(m map[uint64]*BlobFile) {
		for _, f := range files {
			m[f.Num] = f
		}
	})
}

// Remove removes files that no reader can encounter a reference into. The caller holds DB.mu.
func (r *Blobs) Remove(files ...*BlobFile) {
	if len(files) == 0 {
		return
	}
	r.change(func(m map[uint64]*BlobFile) {
		for _, f := range files {
			delete(m, f.Num)
		}
	})
}

// Need opens a live blob file, which must have at least the given number of bytes. If it is already open, Need allows
// it to be read that far.
func (r *Blobs) Need(o *Opener, num, bytes uint64) error {
	if f := r.All()[num]; f != nil {
		if f.Size.Load() < bytes {
			return corrupt.At(filename.Blob(num), int64(f.Size.Load()), "shorter than the %d bytes that were durable", bytes)
		}
		f.Reader.Grow(bytes)
		return nil
	}
	f, err := o.BlobFile(num, bytes)
	if err != nil {
		return err
	}
	r.Add(f)
	return nil
}

func (r *Blobs) change(change func(m map[uint64]*BlobFile)) {
	next := maps.Clone(r.All())
	if next == nil {
		next = map[uint64]*BlobFile{}
	}
	change(next)
	r.files.Store(&next)
}

// Find returns the file that an encoded reference points into. The caller holds a view in which it found the reference.
func (r *Blobs) Find(encoded []byte) (*BlobFile, blob.Ref, error) {
	ref, ok := blob.DecodeRef(encoded)
	if !ok {
		return nil, ref, corrupt.At("blob reference", 0, "malformed: %x", encoded)
	}
	f := r.All()[ref.File]
	if f == nil {
		return nil, ref, corrupt.At(filename.Blob(ref.File), int64(ref.Offset), "referenced file is not live")
	}
	return f, ref, nil
}

// Append appends the value of an encoded reference to dst.
func (r *Blobs) Append(dst, encoded []byte) ([]byte, error) {
	f, ref, err := r.Find(encoded)
	if err != nil {
		return dst, err
	}
	return f.Reader.Append(dst, ref)
}

// BlobFile opens a live blob file. If it is missing or shorter than its durable length, that is corruption.
func (o *Opener) BlobFile(num, bytes uint64) (*BlobFile, error) {
	name := filename.Blob(num)
	file, err := o.Files.Open(name)
	if err != nil {
		return nil, err
	}
	f := &BlobFile{Num: num, File: file}
	info, err := file.Stat()
	if err == nil {
		f.Size.Store(uint64(info.Size()))
		if f.Size.Load() < bytes {
			err = corrupt.At(name, info.Size(), "shorter than the %d bytes that were durable", bytes)
		}
	}
	if err == nil {
		f.Reader, err = blob.Open(file, num, bytes, name)
	}
	if errors.Is(err, blob.ErrVersion) {
		err = fmt.Errorf("%w: %w", manifest.ErrVersion, err)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return f, nil
}

// HoldYoung adds a hold, on behalf of something other than a version, to files that are known to be held already. The
// caller holds DB.mu.
func HoldYoung(files ...*BlobFile) {
	for _, f := range files {
		f.Holds++
		f.Young.Add(1)
	}
}
