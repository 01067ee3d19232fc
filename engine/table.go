package engine

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/sst"
)

// table is an open table file. It is closed, and its file removed, when no version needs it any more.
type table struct {
	manifest.Table
	file   afero.File
	reader *sst.Reader
	refs   atomic.Int32 // versions that hold it
	dead   atomic.Bool  // no longer live: the file goes with the last version
}

// covers reports whether the key may be in the table.
func (t *table) covers(user []byte) bool {
	return bytes.Compare(t.Smallest, user) <= 0 && bytes.Compare(user, t.Largest) <= 0
}

// mostlyTombstones reports whether more than half of the entries are tombstones.
func (t *table) mostlyTombstones() bool { return 2*t.Tombstones > t.Entries }

// hasRanges reports whether there are range deletes among the entries.
func (t *table) hasRanges() bool { return t.reader != nil && len(t.reader.Ranges()) > 0 }

// openTable opens a live table. That it is missing, short or another one than the manifest says is corruption.
func (db *DB) openTable(t manifest.Table) (*table, error) {
	name := tableName(t.Num)
	f, err := db.dir.Open(name)
	if err != nil {
		return nil, missing(name, err)
	}
	reader, err := sst.Open(f, int64(t.Bytes), sst.ReaderOptions{Name: name, FileNum: t.Num, Cache: db.cache})
	if err == nil {
		if m := reader.Meta(); m.Entries != t.Entries || m.MinSeq != t.MinSeq || m.MaxSeq != t.MaxSeq ||
			!bytes.Equal(m.Smallest, t.Smallest) || !bytes.Equal(m.Largest, t.Largest) {
			err = corrupt.At(name, 0, "another table than the manifest says")
		}
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = corrupt.At(name, int64(t.Bytes), "shorter than the manifest says: %v", err)
	}
	if errors.Is(err, sst.ErrVersion) {
		err = fmt.Errorf("%w: %w", ErrVersion, err)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &table{Table: t, file: f, reader: reader}, nil
}
