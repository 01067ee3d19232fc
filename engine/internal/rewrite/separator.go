package rewrite

import (
	"cmp"
	"errors"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/blob"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// Separator sits between a rewriter and its tables: it moves values to blob files of its own and counts what each table
// refers to.
type Separator struct {
	Threshold int                 // length from which values go to a blob file; 0 for none
	Victims   map[uint64]bool     // blob files from which values are moved
	Damaged   func(blob.Ref) bool // reports whether a value must leave its file for another reason; may be nil
	Files     []*view.BlobFile    // written, synced and open; names not durable yet

	store  *Store
	num    uint64
	out    *durable.File
	writer *blob.Writer
	uses   map[uint64]*manifest.Blobs // references of the current table
	ref    []byte                     // buffer of the reference returned last by place
}

// place returns an entry as it is written to the table. The value is valid until the next call.
func (s *Separator) place(tr key.Trailer, value []byte) (key.Trailer, []byte, error) {
	var ref blob.Ref
	var err error
	switch {
	case tr.Kind() == key.Set && s.Threshold > 0 && len(value) >= s.Threshold:
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

// carry returns a reference unchanged, or a reference to a copy if its file is being emptied.
func (s *Separator) carry(encoded []byte) (blob.Ref, error) {
	ref, ok := blob.DecodeRef(encoded)
	if !ok {
		return ref, corrupt.At("blob reference", 0, "malformed: %x", encoded)
	}
	if !s.Victims[ref.File] && (s.Damaged == nil || !s.Damaged(ref)) {
		return ref, nil
	}
	from, ref, err := s.store.Blobs.Find(encoded)
	if err != nil {
		return ref, err
	}
	s.store.BlobMovedBytes.Add(int64(ref.Bytes()))
	return s.write(func(w *blob.Writer) (blob.Ref, error) { return w.Copy(from.Reader, ref) })
}

func (s *Separator) write(add func(w *blob.Writer) (blob.Ref, error)) (blob.Ref, error) {
	if s.writer != nil && s.writer.Bytes() >= uint64(s.store.Options.BlobFileBytes) {
		if err := s.finish(); err != nil {
			return blob.Ref{}, err
		}
	}
	if s.writer == nil {
		s.num = s.store.NewFileNum()
		out, err := s.store.Dir.Draft(filename.Blob(s.num))
		if err != nil {
			return blob.Ref{}, err
		}
		s.out, s.writer = out, blob.NewWriter(out, s.num)
		s.writer.Gather(s.store.Options.BlobWriteBytes)
	}
	ref, err := add(s.writer)
	s.store.BlobBytes.Add(int64(ref.Bytes()))
	return ref, err
}

// used returns the references of the table that ends here, by file.
func (s *Separator) used() []manifest.Blobs {
	var uses []manifest.Blobs
	for _, u := range s.uses {
		uses = append(uses, *u)
	}
	slices.SortFunc(uses, func(a, b manifest.Blobs) int { return cmp.Compare(a.File, b.File) })
	clear(s.uses)
	return uses
}

// finish ends a blob file. Its content is durable before a manifest can name a table that refers to it.
func (s *Separator) finish() error {
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
	f, err := s.store.Files.BlobFile(s.num, bytes)
	if err == nil {
		s.Files = append(s.Files, f)
	}
	return err
}

// undo closes the files and returns their names, to be removed.
func (s *Separator) undo() (names []string, err error) {
	var errs []error
	if s.num > 0 {
		names = append(names, filename.Blob(s.num))
	}
	if s.out != nil {
		errs = append(errs, s.out.Close())
	}
	for _, f := range s.Files {
		errs = append(errs, f.File.Close())
		if f.Num != s.num {
			names = append(names, filename.Blob(f.Num))
		}
	}
	return names, errors.Join(errs...)
}
