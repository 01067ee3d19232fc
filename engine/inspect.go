package engine

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/blob"
	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
	"github.com/lightningdb/lightning-torture/engine/internal/sst"
)

// InspectTable, InspectLog, InspectManifest and InspectBlobFile show what is in the files of a store, also of one that
// does not open. They look at single files, change nothing and take no lock, so the files of a store that is open may
// change under them.

// TableInfo tells of a table.
type TableInfo struct {
	Level             int // -1 if it is in none
	File              string
	Bytes, Entries    uint64
	MinSeq, MaxSeq    uint64
	Smallest, Largest []byte
	Tombstones        uint64    // only of the manifest
	Blobs             []BlobUse // only of the manifest
	RangeDeletes      []RangeDelete

	// What only InspectTable tells.
	Version                    uint32
	Layout                     string // of data blocks: "restarts" or "columns"
	RawKeyBytes, RawValueBytes uint64
	Parts                      []PartInfo
}

// BlobUse is how much of a blob file a table refers to.
type BlobUse struct {
	File          string
	Values, Bytes uint64
}

// RangeDelete is a range delete of a table.
type RangeDelete struct {
	Seq        uint64
	Start, End []byte // without End
}

// PartInfo tells of a stretch of a table's file.
type PartInfo struct {
	Name          string
	Offset, Bytes int64
	Data          *DataInfo // of data blocks
}

// DataInfo tells of a data block.
type DataInfo struct {
	Compression       string // how it is stored
	PayloadBytes      uint64 // 0 if it cannot be read
	FirstKey, LastKey []byte
	LastSeq           uint64
}

// Entry is one version of a key, or a range delete.
type Entry struct {
	Seq   uint64
	Kind  string // "set", "delete", "delete range" or "blob"
	Key   []byte // of a range delete its start
	Value []byte // valid during the call that it is passed to; of a range delete its end; of a blob nil
	Blob  *BlobRef
}

// BlobRef says where the value of an entry is.
type BlobRef struct {
	File   string
	Offset uint64 // of the blob
	Bytes  uint64 // of the value
}

// Shape returns the live tables by level. Level 0 is ordered newest first, the others by key.
func (db *DB) Shape() ([]TableInfo, error) {
	v, err := db.acquire()
	if err != nil {
		return nil, err
	}
	var all []TableInfo
	for l, level := range v.Version.Levels {
		for _, t := range level {
			info := tableInfo(l, &t.Table)
			info.RangeDeletes = rangeDeletes(t.Reader.Ranges())
			all = append(all, info)
		}
	}
	return all, db.release(v)
}

func tableInfo(level int, t *manifest.Table) TableInfo {
	info := TableInfo{
		Level: level, File: filename.Table(t.Num), Bytes: t.Bytes, Entries: t.Entries, MinSeq: uint64(t.MinSeq),
		MaxSeq: uint64(t.MaxSeq), Smallest: t.Smallest, Largest: t.Largest, Tombstones: t.Tombstones,
	}
	for _, u := range t.Blobs {
		info.Blobs = append(info.Blobs, BlobUse{filename.Blob(u.File), u.Values, u.Bytes})
	}
	return info
}

func rangeDeletes(s rangedel.Set) (all []RangeDelete) {
	for _, t := range s {
		all = append(all, RangeDelete{uint64(t.Seq), t.Start, t.End})
	}
	return all
}

// file opens the directory of a path and returns it with the name and the number in it.
func file(path string, o Options, parse func(string) (uint64, bool), want string) (*durable.Dir, string, uint64, error) {
	name := filepath.Base(path)
	num, ok := parse(name)
	if !ok {
		return nil, "", 0, fmt.Errorf("%w: %s is not named like %s", ErrNotADatabase, path, want)
	}
	d := durable.NewDir(o.fs(), filepath.Dir(path), nil)
	d.Refuse(ErrReadOnly)
	return d, name, num, nil
}

// InspectTable tells of a table file and calls visit, if it is not nil, for each entry. Damage is ErrCorrupt.
func InspectTable(path string, o Options, visit func(Entry) error) (info TableInfo, err error) {
	parse := func(name string) (uint64, bool) { return filename.Parse(name, filename.TableSuffix) }
	d, name, num, err := file(path, o, parse, filename.Table(6))
	if err != nil {
		return info, err
	}
	f, err := d.Open(name)
	if err != nil {
		return info, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	stat, err := f.Stat()
	if err != nil {
		return info, err
	}
	r, err := sst.Open(f, stat.Size(), sst.ReaderOptions{Name: name})
	if errors.Is(err, sst.ErrVersion) {
		err = fmt.Errorf("%w: %w", ErrVersion, err)
	}
	if err != nil {
		return info, err
	}
	m := r.Meta()
	info = tableInfo(-1, &manifest.Table{
		Num: num, Bytes: m.Bytes, Entries: m.Entries, MinSeq: m.MinSeq, MaxSeq: m.MaxSeq, Smallest: m.Smallest,
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
	return info, it.Error()
}

// describe adds what the reader knows. The error is the first damage.
func (t *TableInfo) describe(r *sst.Reader) error {
	d, err := r.Describe()
	t.Version, t.Layout, t.RawKeyBytes, t.RawValueBytes = d.Version, d.Layout.String(), d.RawKeyBytes, d.RawValueBytes
	t.RangeDeletes = rangeDeletes(r.Ranges())
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

func entryOf(user []byte, tr key.Trailer, value []byte) Entry {
	e := Entry{Seq: uint64(tr.Seq()), Kind: kindName(tr.Kind()), Key: user, Value: value}
	if ref, ok := blob.DecodeRef(value); ok && tr.Kind() == key.BlobSet {
		e.Value, e.Blob = nil, &BlobRef{filename.Blob(ref.File), ref.Offset, ref.Length}
	}
	return e
}

func kindName(k key.Kind) string {
	switch k {
	case key.Set:
		return "set"
	case key.Delete:
		return "delete"
	case key.RangeDelete:
		return "delete range"
	case key.BlobSet:
		return "blob"
	}
	return fmt.Sprintf("kind %d", k)
}

// FileKind is what a file of a store is.
type FileKind string

// The kinds of files that can be inspected.
const (
	LogFile      FileKind = "log"
	TableFile    FileKind = "table"
	ManifestFile FileKind = "manifest"
	BlobFile     FileKind = "blob"
)

// StoreFiles returns the paths of all files of a kind in the directory of a store, in the order of their numbers. The
// error is ErrNotADatabase if no file of a store is there, or one of the filesystem.
func StoreFiles(dir string, kind FileKind, o Options) ([]string, error) {
	names, err := durable.NewDir(o.fs(), dir, nil).Names()
	if err != nil {
		return nil, err
	}
	f := filename.Sort(names)
	if len(f.Names()) == 0 {
		return nil, fmt.Errorf("%w: %s", ErrNotADatabase, dir)
	}
	nums, name := f.Logs, filename.Log
	switch kind {
	case TableFile:
		nums, name = f.Tables, filename.Table
	case ManifestFile:
		nums, name = f.Manifests, manifest.FileName
	case BlobFile:
		nums, name = f.Blobs, filename.Blob
	case LogFile:
	}
	slices.Sort(nums)
	var paths []string
	for _, num := range nums {
		paths = append(paths, filepath.Join(dir, name(num)))
	}
	return paths, nil
}
