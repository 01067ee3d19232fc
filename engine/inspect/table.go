package inspect

import (
	"errors"
	"fmt"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
	"github.com/lightningdb/lightning-torture/engine/internal/sst"
)

// TableInfo describes a table.
type TableInfo struct {
	Level             int // -1 if it is not in a level
	File              string
	Bytes, Entries    uint64
	MinSeq, MaxSeq    uint64
	Smallest, Largest []byte
	Tombstones        uint64    // known only to the manifest
	Blobs             []BlobUse // known only to the manifest
	RangeDeletes      []RangeDelete

	// The fields below are set only by InspectTable.
	Version                    uint32
	Layout                     string // the layout of data blocks: "restarts" or "columns"
	RawKeyBytes, RawValueBytes uint64
	Parts                      []PartInfo
}

// BlobUse tells how much of a blob file a table refers to.
type BlobUse struct {
	File          string
	Values, Bytes uint64
}

// RangeDelete is a range delete of a table.
type RangeDelete struct {
	Seq        uint64
	Start, End []byte // the keys in [Start, End)
}

// PartInfo describes one part of a table's file.
type PartInfo struct {
	Name          string
	Offset, Bytes int64
	Data          *DataInfo // only for data blocks
}

// DataInfo describes a data block.
type DataInfo struct {
	Compression       string // how the block is stored
	PayloadBytes      uint64 // 0 if it cannot be read
	FirstKey, LastKey []byte
	LastSeq           uint64
}

// TableOf returns what a manifest says about a table.
func TableOf(level int, t *manifest.Table) TableInfo {
	info := TableInfo{
		Level: level, File: filename.Table(t.Num), Bytes: t.Bytes, Entries: t.Entries, MinSeq: uint64(t.MinSeq),
		MaxSeq: uint64(t.MaxSeq), Smallest: t.Smallest, Largest: t.Largest, Tombstones: t.Tombstones,
	}
	for _, u := range t.Blobs {
		info.Blobs = append(info.Blobs, BlobUse{filename.Blob(u.File), u.Values, u.Bytes})
	}
	return info
}

// RangeDeletesOf returns the range deletes of a table.
func RangeDeletesOf(s rangedel.Set) (all []RangeDelete) {
	for _, t := range s {
		all = append(all, RangeDelete{uint64(t.Seq), t.Start, t.End})
	}
	return all
}

// Table reads a table file and calls visit, if it is not nil, for each entry. Damage is engine.ErrCorrupt.
func Table(fsys afero.Fs, path string, visit func(Entry) error) (info TableInfo, err error) {
	l, f, size, err := open(fsys, path, TableFile)
	if err != nil {
		return info, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	r, err := sst.Open(f, size, sst.ReaderOptions{Name: l.name})
	if errors.Is(err, sst.ErrVersion) {
		err = fmt.Errorf("%w: %w", manifest.ErrVersion, err)
	}
	if err != nil {
		return info, err
	}
	m := r.Meta()
	info = TableOf(-1, &manifest.Table{
		Num: l.num, Bytes: m.Bytes, Entries: m.Entries, MinSeq: m.MinSeq, MaxSeq: m.MaxSeq, Smallest: m.Smallest,
		Largest: m.Largest,
	})
	damage := info.describe(r)
	if visit == nil && damage == nil {
		damage = r.Verify()
	}
	if visit == nil {
		return info, damage
	}
	it := r.NewIterator()
	for ok := it.First(); ok; ok = it.Next() {
		if err := visit(entryOf(it.Key(), it.Trailer(), it.Value())); err != nil {
			return info, err
		}
	}
	if err := it.Error(); err != nil {
		return info, err
	}
	return info, damage
}

// describe adds what the reader knows about the table. The error is the first damage.
func (t *TableInfo) describe(r *sst.Reader) error {
	d, err := r.Describe()
	t.Version, t.Layout, t.RawKeyBytes, t.RawValueBytes = d.Version, d.Layout.String(), d.RawKeyBytes, d.RawValueBytes
	t.RangeDeletes = RangeDeletesOf(r.Ranges())
	for _, p := range d.Parts {
		info := PartInfo{Name: p.Name, Offset: p.Offset, Bytes: p.Bytes}
		if b := p.Data; b != nil {
			info.Data = &DataInfo{
				b.Compression.String(), b.PayloadBytes, b.FirstKey, b.LastKey, uint64(b.LastTrailer.Seq()),
			}
		}
		t.Parts = append(t.Parts, info)
	}
	return err
}
