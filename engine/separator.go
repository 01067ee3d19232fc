package engine

import (
	"cmp"
	"errors"
	"maps"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/blob"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/invariant"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// separator stands before the tables of a rewriter: it puts values into blob files of its own, and counts what each
// table refers to.
type separator struct {
	db        *DB
	threshold int                 // values of so many bytes go to a blob file; none if 0
	victims   map[uint64]bool     // blob files that values are moved out of
	damaged   func(blob.Ref) bool // says of a value that it is to leave its file, too; may be nil
	files     []*view.BlobFile    // written, synced and open; their names are not durable yet

	num    uint64
	out    *durable.File
	writer *blob.Writer
	uses   map[uint64]*manifest.Blobs // of the table that is being written
	ref    []byte                     // memory of the reference that place returned last
}

// place returns what a table is to hold for an entry; the value is valid until the next call.
func (s *separator) place(tr key.Trailer, value []byte) (key.Trailer, []byte, error) {
	var ref blob.Ref
	var err error
	switch {
	case tr.Kind() == key.Set && s.threshold > 0 && len(value) >= s.threshold:
		ref, err = s.write(func(w *blob.Writer) (blob.Ref, error) { return w.Add(value) })
	case tr.Kind() != key.BlobSet:
		return tr, value, nil
	default:
		ref, err = s.carry(value)
	}
	if err != nil {
		return 0, nil, err
	}
	use := s.uses[ref.File]
	if use == nil {
		if s.uses == nil {
			s.uses = map[uint64]*manifest.Blobs{}
		}
		use = &manifest.Blobs{File: ref.File}
		s.uses[ref.File] = use
	}
	use.Values, use.Bytes = use.Values+1, use.Bytes+ref.Bytes()
	s.ref = ref.AppendTo(s.ref[:0])
	return key.MakeTrailer(tr.Seq(), key.BlobSet), s.ref, nil
}

// carry returns the reference as it is, or that of a copy if its file is to be emptied.
func (s *separator) carry(encoded []byte) (blob.Ref, error) {
	ref, ok := blob.DecodeRef(encoded)
	if !ok {
		return ref, corrupt.At("blob reference", 0, "%x is not one", encoded)
	}
	if !s.victims[ref.File] && (s.damaged == nil || !s.damaged(ref)) {
		return ref, nil
	}
	from, ref, err := s.db.blobs.Find(encoded)
	if err != nil {
		return ref, err
	}
	s.db.counters.blobMovedBytes.Add(int64(ref.Bytes()))
	return s.write(func(w *blob.Writer) (blob.Ref, error) { return w.Copy(from.Reader, ref) })
}

func (s *separator) write(add func(w *blob.Writer) (blob.Ref, error)) (blob.Ref, error) {
	if s.writer != nil && s.writer.Bytes() >= uint64(s.db.opts.BlobFileBytes) {
		if err := s.finish(); err != nil {
			return blob.Ref{}, err
		}
	}
	if s.writer == nil {
		s.num = s.db.newFileNum()
		out, err := s.db.dir.Create(filename.Blob(s.num))
		if err != nil {
			return blob.Ref{}, err
		}
		s.out, s.writer = out, blob.NewWriter(out, s.num)
	}
	ref, err := add(s.writer)
	s.db.counters.blobBytes.Add(int64(ref.Bytes()))
	return ref, err
}

// used returns what the table refers to that ends here, by file.
func (s *separator) used() []manifest.Blobs {
	var uses []manifest.Blobs
	for _, u := range s.uses {
		uses = append(uses, *u)
	}
	slices.SortFunc(uses, func(a, b manifest.Blobs) int { return cmp.Compare(a.File, b.File) })
	clear(s.uses)
	return uses
}

// finish ends a blob file: its content is durable before a manifest can name a table that refers to it.
func (s *separator) finish() error {
	if s.writer == nil {
		return nil
	}
	bytes, err := s.writer.Bytes(), s.writer.Flush()
	if err == nil {
		err = s.out.Sync()
	}
	err = errors.Join(err, s.out.Close())
	s.writer, s.out = nil, nil
	if err != nil {
		return err
	}
	f, err := view.OpenBlobFile(s.db.dir, s.num, bytes)
	if err == nil {
		s.files = append(s.files, f)
	}
	return err
}

// undo closes the files and returns the names to remove.
func (s *separator) undo() (names []string, err error) {
	var errs []error
	if s.num > 0 {
		names = append(names, filename.Blob(s.num))
	}
	if s.out != nil {
		errs = append(errs, s.out.Close())
	}
	for _, f := range s.files {
		errs = append(errs, f.File.Close())
		if f.Num != s.num {
			names = append(names, filename.Blob(f.Num))
		}
	}
	return names, errors.Join(errs...)
}

// listBlobFiles adds to a change which blob files become live by it and which are live no more.
func (db *DB) listBlobFiles(s *manifest.State, ch *change) {
	added, removed := s.BlobFileChanges(ch.Edit)
	files := db.blobs.All()
	if len(ch.blobs) > 0 {
		files = maps.Clone(files)
		if files == nil {
			files = map[uint64]*view.BlobFile{}
		}
		for _, f := range ch.blobs {
			files[f.Num] = f
		}
	}
	for _, num := range added {
		invariant.Check(files[num] != nil, "I14: a blob file that tables refer to is open")
		ch.BlobFilesAdded = append(ch.BlobFilesAdded, manifest.BlobFile{Num: num, Bytes: files[num].Reader.Size()})
	}
	ch.BlobFilesRemoved = removed
}
