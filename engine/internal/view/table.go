package view

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/cache"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/limits"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/openfile"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
	"github.com/lightningdb/lightning-torture/engine/internal/sst"
)

// File is what a table or blob file is read from.
type File interface {
	io.ReaderAt
	io.Closer
	Stat() (fs.FileInfo, error)
}

// Table is an open table file. When no version needs it any longer, it is closed and its file removed.
type Table struct {
	manifest.Table
	File   File
	Reader *sst.Reader
	Refs   atomic.Int32 // number of versions that hold it
	Dead   atomic.Bool  // no longer live: the file is removed with the last version
}

// covers reports whether the key may be in the table.
func (t *Table) covers(user []byte) bool {
	return bytes.Compare(t.Smallest, user) <= 0 && bytes.Compare(user, t.Largest) <= 0
}

// MostlyTombstones reports whether more than half of the entries are tombstones.
func (t *Table) MostlyTombstones() bool { return 2*t.Tombstones > t.Entries }

// HasRanges reports whether there are range deletes among the entries.
func (t *Table) HasRanges() bool { return t.Reader != nil && len(t.Reader.Ranges()) > 0 }

// get is GetBeside for a table.
func (t *Table) get(user []byte, seq key.Seq) (value []byte, kind key.Kind, ok bool, err error) {
	hider := t.Reader.Ranges().Newest(user, seq)
	if hider == 0 {
		return t.Reader.Get(user, seq)
	}
	if hider == t.MaxSeq {
		return nil, key.Delete, true, nil
	}
	value, kind, ok, err = t.Reader.Get(user, seq)
	if err != nil {
		return nil, 0, false, err
	}
	if ok {
		it := t.Reader.NewIterator()
		newest := seqOf(it, user, seq)
		if err = it.Error(); err != nil || newest > hider {
			return value, kind, err == nil, err
		}
	}
	return nil, key.Delete, true, nil
}

// iterator returns an iterator over the entries not hidden by hidden. The caller does not want entries after seq.
func (t *Table) iterator(hidden []rangedel.Set, seq key.Seq) key.Iterator {
	newest := min(seq, t.MaxSeq)
	for _, s := range hidden {
		if s.Hides(t.Smallest, t.Largest, newest) {
			return none{}
		}
	}
	return rangedel.Hide(t.Reader.NewIterator(), hidden, newest)
}

// Is reports whether a table with this Meta is the one listed in the manifest.
func Is(t *manifest.Table, m sst.Meta) bool {
	return m.Bytes == t.Bytes && m.Entries == t.Entries && m.MinSeq == t.MinSeq && m.MaxSeq == t.MaxSeq &&
		bytes.Equal(m.Smallest, t.Smallest) && bytes.Equal(m.Largest, t.Largest)
}

// Opener opens the tables and blob files of a store.
type Opener struct {
	Files  *openfile.Pool
	Blocks *cache.Cache
	Limits limits.Limits
}

// Table opens a live table. If it is missing, truncated or not the table that the manifest describes, that is
// corruption.
func (o *Opener) Table(t manifest.Table) (*Table, error) {
	name := filename.Table(t.Num)
	f, err := o.Files.Open(name)
	if err != nil {
		return nil, err
	}
	reader, err := sst.Open(f, int64(t.Bytes), sst.ReaderOptions{
		Name: name, FileNum: t.Num, Cache: o.Blocks,
		WholeBytes: o.Limits.TableWholeBytes, TailBytes: o.Limits.TableTailBytes, ReadAheadBytes: o.Limits.ReadAheadBytes,
	})
	if err == nil {
		if !Is(&t, reader.Meta()) {
			err = corrupt.At(name, 0, "not the table that the manifest lists")
		}
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = corrupt.At(name, int64(t.Bytes), "shorter than the manifest says: %v", err)
	}
	if errors.Is(err, sst.ErrVersion) {
		err = fmt.Errorf("%w: %w", manifest.ErrVersion, err)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if reader.InMemory() {
		f.Rest()
	}
	return &Table{Table: t, File: f, Reader: reader}, nil
}
