package verify

import (
	"errors"
	"maps"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/blob"
	"github.com/lightningdb/lightning-torture/engine/internal/cancel"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// blobs verifies every checksum of the blob files, compares every reference in tables and memtables with the blob it
// points to, and both with the manifest.
func (s *Store) blobs() error {
	var errs []error
	for _, f := range s.BlobFiles {
		errs = append(errs, s.blobFile(f))
	}
	for _, level := range s.View.Version.Levels {
		for _, t := range level {
			errs = append(errs, s.refs(t))
		}
	}
	for _, m := range s.View.Mems {
		errs = append(errs, s.countRefs(m.Table.NewIterator(), func(blob.Ref) {}))
	}
	return errors.Join(errs...)
}

// blobFile opens a file by name, because the open one may have lost its name.
func (s *Store) blobFile(f *view.BlobFile) error {
	if err := cancel.Err(s.ctx); err != nil {
		return err
	}
	again, err := s.Files.BlobFile(f.Num, f.Reader.Size())
	if err != nil {
		return err
	}
	return errors.Join(again.Reader.VerifyUntil(s.ctx, f.Reader.Size()), again.File.Close())
}

// refs compares the references of a table with what the manifest says about them.
func (s *Store) refs(t *view.Table) error {
	found := map[uint64]*manifest.Blobs{}
	err := s.countRefs(t.Reader.NewIterator(), func(ref blob.Ref) {
		u := found[ref.File]
		if u == nil {
			u = &manifest.Blobs{File: ref.File}
			found[ref.File] = u
		}
		u.Values, u.Bytes = u.Values+1, u.Bytes+ref.Bytes()
	})
	if err != nil {
		return err
	}
	for _, listed := range t.Blobs {
		if u := found[listed.File]; u == nil || *u != listed {
			return corrupt.At(filename.Table(t.Num), 0, "has references %+v, but the manifest says %+v", u, listed)
		}
		delete(found, listed.File)
	}
	if len(found) > 0 {
		return corrupt.At(filename.Table(t.Num), 0, "refers to blob files %d, but not according to the manifest",
			slices.Sorted(maps.Keys(found)))
	}
	return nil
}

// countRefs compares every reference with the blob header it points to and calls count for it. It closes the iterator.
func (s *Store) countRefs(it key.Iterator, count func(blob.Ref)) (err error) {
	defer func() { err = errors.Join(err, it.Close()) }()
	for ok := it.First(); ok; ok = it.Next() {
		if err := cancel.Err(s.ctx); err != nil {
			return err
		}
		if it.Trailer().Kind() != key.BlobSet {
			continue
		}
		f, ref, err := s.Blobs.Find(it.Value())
		if err == nil {
			err = f.Reader.Check(ref)
		}
		if err != nil {
			return err
		}
		count(ref)
	}
	return it.Error()
}
