package repair

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/blob"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// repairBlobs is what a repair knows about the blob files that it found references to. If everything before a value in
// its file is intact, the value stays where it is: the file stays, and its listed length ends with the last value that
// is needed. An intact value after damage is copied to a new file, because a store must not list a file that Verify
// complains about.
type repairBlobs struct {
	files  map[uint64]*salvagedBlobs // nil for a file that is missing or unreadable
	causes map[uint64]string         // why an entry of files is nil
	losses []Loss
}

// salvagedBlobs is a blob file of the damaged store.
type salvagedBlobs struct {
	*view.BlobFile
	intact uint64 // length of the initial part that consists of intact blobs
	needed uint64 // length of the initial part that the repaired store refers to
}

// openBlobs returns the file that a reference points into, or nil if it is missing.
func (r *repairer) openBlobs(num uint64) (*salvagedBlobs, error) {
	f, known := r.blobs.files[num]
	if known {
		return f, nil
	}
	name := filename.Blob(num)
	file, err := r.store.Dir.Open(name)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, corrupt.Err) {
		r.blobs.files[num], r.blobs.causes[num] = nil, "the file is missing"
		if errors.Is(err, corrupt.Err) {
			r.blobs.causes[num] = err.Error()
		}
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	f = &salvagedBlobs{BlobFile: &view.BlobFile{Num: num, File: file, Reader: blob.NewReader(file, num, name)}}
	size := uint64(info.Size())
	f.Size.Store(size)
	f.Reader.Grow(size)
	f.intact, err = f.Reader.Intact(size)
	switch {
	case errors.Is(err, blob.ErrVersion):
		return nil, errors.Join(fmt.Errorf("%w: %w", manifest.ErrVersion, err), file.Close())
	case err != nil && !errors.Is(err, corrupt.Err):
		return nil, errors.Join(err, file.Close())
	}
	r.blobs.files[num] = f
	r.store.Blobs.Add(f.BlobFile)
	return f, nil
}

// value returns why the value of an entry cannot be read, or nil if it can. err is set if that could not be determined.
// from is the file of the entry.
func (r *repairer) value(from string, user, encoded []byte) (loss *Loss, err error) {
	ref, ok := blob.DecodeRef(encoded)
	if !ok {
		return &Loss{File: from, Bytes: -1, Key: bytes.Clone(user), Cause: "malformed reference to the value"}, nil
	}
	f, err := r.openBlobs(ref.File)
	if err != nil {
		return nil, err
	}
	loss = &Loss{File: filename.Blob(ref.File), Offset: int64(ref.Offset), Bytes: int64(ref.Bytes()), Key: bytes.Clone(user)}
	switch {
	case f == nil:
		loss.Cause = r.blobs.causes[ref.File]
		return loss, nil
	case ref.End() <= f.intact:
		err = f.Reader.Check(ref)
	default:
		err = f.Reader.CheckWhole(ref)
	}
	if errors.Is(err, corrupt.Err) {
		loss.Cause = err.Error()
		return loss, nil
	}
	return nil, err
}

// moves reports whether a readable value must leave its file. If not, it records that the file is needed.
func (r *repairer) moves(ref blob.Ref) bool {
	f := r.blobs.files[ref.File]
	if ref.End() > f.intact {
		return true
	}
	f.needed = max(f.needed, ref.End())
	return false
}

// blobFiles lists the repaired store's blob files: those that stay and those that were written.
func (r *repairer) blobFiles(written []*view.BlobFile) []manifest.BlobFile {
	var all []manifest.BlobFile
	for num, f := range r.blobs.files {
		if f != nil && f.needed > 0 {
			all = append(all, manifest.BlobFile{Num: num, Bytes: f.needed})
		}
	}
	for _, f := range written {
		all = append(all, manifest.BlobFile{Num: f.Num, Bytes: f.Reader.Size()})
	}
	slices.SortFunc(all, func(a, b manifest.BlobFile) int { return cmp.Compare(a.Num, b.Num) })
	return all
}

// closeBlobs closes the files that were read.
func (r *repairer) closeBlobs() error {
	var errs []error
	for _, f := range r.blobs.files {
		if f != nil {
			errs = append(errs, f.File.Close())
		}
	}
	return errors.Join(errs...)
}

// reportBlobs adds the lost values to the report, in the order of files. Several tables may have named the same one.
func (r *repairer) reportBlobs() {
	losses := r.blobs.losses
	slices.SortStableFunc(losses, func(a, b Loss) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Offset, b.Offset), bytes.Compare(a.Key, b.Key))
	})
	losses = slices.CompactFunc(losses, func(a, b Loss) bool {
		return a.File == b.File && a.Offset == b.Offset && bytes.Equal(a.Key, b.Key)
	})
	for _, l := range losses {
		r.warn(warnBlob)
		r.lose(l)
	}
}

// readableIterator leaves out the entries whose values cannot be read. It moves forward only.
//
// If the last value that a commit wrote to a key is lost, earlier writes of the same commit to that key are left out as
// well: the commit is atomic, so they were never the value of the key. Only logs contain such entries, because a flush
// drops them.
type readableIterator struct {
	key.Iterator
	r       *repairer
	name    string    // the file that the entries are from
	commits []key.Seq // first sequence numbers of the commits of a log, ascending; nil for a table
	lost    []byte    // key of the last entry whose value is lost, or nil
	since   key.Seq   // first sequence number of that entry's commit
	err     error
}

// readable wraps the iterator of a file. commits are the first sequence numbers of the commits in a log, ascending.
func (r *repairer) readable(it key.Iterator, name string, commits []key.Seq) key.Iterator {
	return &readableIterator{Iterator: it, r: r, name: name, commits: commits}
}

func (i *readableIterator) First() bool { return i.settle(i.Iterator.First()) }
func (i *readableIterator) Next() bool  { return i.settle(i.Iterator.Next()) }
func (i *readableIterator) Valid() bool { return i.err == nil && i.Iterator.Valid() }

func (i *readableIterator) Error() error { return errors.Join(i.err, i.Iterator.Error()) }

// settle moves on to the first readable entry.
func (i *readableIterator) settle(ok bool) bool {
	for ; ok; ok = i.Iterator.Next() {
		if i.overwritten() {
			continue
		}
		if i.Trailer().Kind() != key.BlobSet {
			return true
		}
		loss, err := i.r.value(i.name, i.Key(), i.Value())
		if err != nil {
			i.err = err
			return false
		}
		if loss == nil {
			return true
		}
		i.r.blobs.losses = append(i.r.blobs.losses, *loss)
		i.lost, i.since = loss.Key, i.commit(i.Trailer().Seq())
	}
	return false
}

// overwritten reports whether the commit that wrote the entry later overwrote it with the value that is lost.
func (i *readableIterator) overwritten() bool {
	return i.lost != nil && i.Trailer().Seq() >= i.since && bytes.Equal(i.lost, i.Key())
}

// commit returns the first sequence number of the commit that contains seq. In a table every entry counts as its own
// commit.
func (i *readableIterator) commit(seq key.Seq) key.Seq {
	n, found := slices.BinarySearch(i.commits, seq)
	if found || n == 0 {
		return seq
	}
	return i.commits[n-1]
}
