package engine

import (
	"bytes"
	"errors"
	"io"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// ValueReader reads one value as a stream. Data is returned in pieces whose checksums have been verified, so reading a
// value of 1 GiB takes 128 KiB of memory. It is an io.ReadSeekCloser for use by one goroutine. Until it is closed, it
// keeps its files open; later writes do not change what it reads.
type ValueReader struct {
	db     *DB
	view   *view.View
	stream io.ReadSeeker
	length int64
}

// GetReader returns a reader of the value of key, or ErrNotFound. The caller must close the reader. Other errors are those
// of Get.
func (db *DB) GetReader(key []byte) (*ValueReader, error) {
	v, err := db.acquire()
	if err != nil {
		return nil, err
	}
	return db.newValueReader(v, key, db.seq.Readable())
}

// GetReader returns a reader of the value of key in the snapshot, or ErrNotFound. The caller must close the reader,
// which may outlive the snapshot.
func (s *Snapshot) GetReader(key []byte) (*ValueReader, error) {
	v, err := s.acquire()
	if err != nil {
		return nil, err
	}
	return s.db.newValueReader(v, key, s.seq)
}

// newValueReader takes ownership of the view.
func (db *DB) newValueReader(v *view.View, user []byte, seq key.Seq) (*ValueReader, error) {
	r := &ValueReader{db: db, view: v}
	if err := r.open(user, seq); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func (r *ValueReader) open(user []byte, seq key.Seq) error {
	value, kind, ok, err := r.view.Get(user, seq)
	switch {
	case err != nil:
		return err
	case !ok || kind == key.Delete:
		return ErrNotFound
	case kind != key.BlobSet:
		r.stream, r.length = bytes.NewReader(bytes.Clone(value)), int64(len(value))
		return nil
	}
	f, ref, err := r.db.blobs.Find(value)
	if err != nil {
		return err
	}
	stream, err := f.Reader.NewValue(ref)
	if err != nil {
		return err
	}
	r.stream, r.length = stream, stream.Len()
	return nil
}

// Len returns the length of the value in bytes.
func (r *ValueReader) Len() int64 { return r.length }

// Read reads the next bytes. Damage is reported as ErrCorrupt; all bytes returned before it are correct.
func (r *ValueReader) Read(p []byte) (int, error) {
	if r.view == nil {
		return 0, ErrClosed
	}
	return r.stream.Read(p)
}

// Seek sets the offset for the next Read, as io.Seeker specifies.
func (r *ValueReader) Seek(offset int64, whence int) (int64, error) {
	if r.view == nil {
		return 0, ErrClosed
	}
	return r.stream.Seek(offset, whence)
}

// Close releases the files. Closing twice is allowed.
func (r *ValueReader) Close() error {
	v := r.view
	if v == nil {
		return nil
	}
	r.view = nil
	return r.db.release(v)
}
