package engine

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/sst"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// The functions of this file show what is in the files of a store, also of one that does not open. They look at single
// files, change nothing and take no lock, so the files of a store that is open may change under them.

// TableInfo tells of a table.
type TableInfo struct {
	Level                      int // -1 if it is in none
	File                       string
	Bytes, Entries             uint64
	MinSeq, MaxSeq             uint64
	Smallest, Largest          []byte
	RawKeyBytes, RawValueBytes uint64 // only of InspectTable
	Parts                      []PartInfo
}

// PartInfo tells of a stretch of a table's file.
type PartInfo struct {
	Name          string
	Offset, Bytes int64
	LastKey       []byte // of data blocks
	LastSeq       uint64
}

// Entry is one version of a key.
type Entry struct {
	Seq   uint64
	Kind  string // "set" or "delete"
	Key   []byte
	Value []byte // valid during the call that it is passed to
}

// Shape returns the live tables by level. Level 0 is ordered newest first, the others by key.
func (db *DB) Shape() ([]TableInfo, error) {
	v, err := db.acquire()
	if err != nil {
		return nil, err
	}
	var all []TableInfo
	for l, level := range v.version.levels {
		for _, t := range level {
			all = append(all, tableInfo(l, &t.Table))
		}
	}
	return all, db.release(v)
}

func tableInfo(level int, t *manifest.Table) TableInfo {
	return TableInfo{
		Level: level, File: tableName(t.Num), Bytes: t.Bytes, Entries: t.Entries, MinSeq: uint64(t.MinSeq),
		MaxSeq: uint64(t.MaxSeq), Smallest: t.Smallest, Largest: t.Largest,
	}
}

// file opens the directory of a path and returns it with the name and the number in it.
func file(path string, o Options, parse func(string) (uint64, bool), want string) (*durable.Dir, string, uint64, error) {
	name := filepath.Base(path)
	num, ok := parse(name)
	if !ok {
		return nil, "", 0, fmt.Errorf("%w: %s is not named like %s", ErrNotADatabase, path, want)
	}
	d := durable.NewDir(fsOf(o), filepath.Dir(path), nil)
	d.Refuse(ErrReadOnly)
	return d, name, num, nil
}

// InspectTable tells of a table file and calls visit, if it is not nil, for each entry. Damage is ErrCorrupt.
func InspectTable(path string, o Options, visit func(Entry) error) (info TableInfo, err error) {
	parse := func(name string) (uint64, bool) { return parseNumbered(name, tableSuffix) }
	d, name, num, err := file(path, o, parse, tableName(6))
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
	info.RawKeyBytes, info.RawValueBytes = r.RawBytes()
	parts, err := r.Parts()
	if err != nil {
		return info, err
	}
	for _, p := range parts {
		info.Parts = append(info.Parts, PartInfo{p.Name, p.Offset, p.Bytes, p.LastKey, uint64(p.LastTrailer.Seq())})
	}
	if visit == nil {
		return info, r.Verify()
	}
	it := r.NewIterator()
	for ok := it.First(); ok; ok = it.Next() {
		if err := visit(entryOf(it.Key(), it.Trailer(), it.Value())); err != nil {
			return info, err
		}
	}
	return info, it.Error()
}

func entryOf(user []byte, tr key.Trailer, value []byte) Entry {
	return Entry{uint64(tr.Seq()), kindName(tr.Kind()), user, value}
}

func kindName(k key.Kind) string {
	switch k {
	case key.Set:
		return "set"
	case key.Delete:
		return "delete"
	case key.RangeDelete:
		return "delete range"
	}
	return fmt.Sprintf("kind %d", k)
}

// LogRecord is a commit in a log.
type LogRecord struct {
	Offset int64 // of the chunk that it begins with
	Bytes  int
	Writes []Entry
}

// LogGap is a part of a log or manifest that is not readable as records.
type LogGap struct {
	From, To int64
	Tail     bool // nothing readable follows: a torn tail if a crash left it, else damage
}

// LogInfo tells of a log.
type LogInfo struct {
	File    string
	Bytes   int64
	Records int
	Gaps    []LogGap
	Damage  string // what Open would say of it; empty if it can be read up to its end or a torn tail
}

// InspectLog calls visit for every record of a log file that is whole, also behind damage. The record is valid during
// the call.
func InspectLog(path string, o Options, visit func(LogRecord) error) (info LogInfo, err error) {
	parse := func(name string) (uint64, bool) { return parseNumbered(name, logSuffix) }
	d, name, num, err := file(path, o, parse, logName(6))
	if err != nil {
		return info, err
	}
	content, err := d.ReadFile(name)
	if err != nil {
		return info, err
	}
	info = LogInfo{File: name, Bytes: int64(len(content))}
	gaps := wal.Salvage(content, num, func(off int64, record []byte) {
		r := LogRecord{Offset: off, Bytes: len(record)}
		b, ok := readBatch(record)
		for ok && b.left > 0 {
			var tr key.Trailer
			if tr, ok = b.next(); ok {
				r.Writes = append(r.Writes, entryOf(b.user, tr, b.value))
			}
		}
		if !ok && err == nil {
			err = fmt.Errorf("%w: %s offset %d: the record is not a commit", ErrCorrupt, name, off)
		}
		if info.Records++; err == nil {
			err = visit(r)
		}
	})
	info.Gaps = gapsOf(gaps)
	info.Damage = damageOf(content, name, num)
	return info, err
}

func gapsOf(gaps []wal.Gap) []LogGap {
	var all []LogGap
	for _, g := range gaps {
		all = append(all, LogGap(g))
	}
	return all
}

// damageOf reads a file of records as Open does.
func damageOf(content []byte, name string, num uint64) string {
	r := wal.NewReader(content, name, num)
	for {
		if _, err := r.Next(); errors.Is(err, ErrCorrupt) {
			return err.Error()
		} else if err != nil {
			return ""
		}
	}
}

// ManifestEdit is one change of the list of live files.
type ManifestEdit struct {
	Offset                      int64
	Version                     uint64 // of the format; 0 if it is not said
	NextFile, LogFloor, LastSeq uint64
	Deleted, Added              []TableInfo // of the deleted ones only level and name are known
}

// ManifestInfo tells of a manifest, and of the state that its edits lead to.
type ManifestInfo struct {
	File                                 string
	Bytes                                int64
	Edits                                int
	Gaps                                 []LogGap
	Damage                               string // why Open would refuse it; empty if it would not
	Version, NextFile, LogFloor, LastSeq uint64
	Tables                               []TableInfo
}

// InspectManifest calls visit for each edit of a manifest file. Edits that do not fit the state before them end it:
// Damage says so.
func InspectManifest(path string, o Options, visit func(ManifestEdit) error) (info ManifestInfo, err error) {
	d, name, num, err := file(path, o, manifest.ParseFileName, manifest.FileName(3))
	if err != nil {
		return info, err
	}
	content, err := d.ReadFile(name)
	if err != nil {
		return info, err
	}
	info = ManifestInfo{File: name, Bytes: int64(len(content))}
	var state manifest.State
	gaps := wal.Salvage(content, num, func(off int64, record []byte) {
		if err != nil || info.Damage != "" {
			return
		}
		e, bad := manifest.DecodeEdit(record)
		if errors.Is(bad, ErrVersion) {
			err = bad
			return
		}
		if bad == nil {
			err = visit(editOf(off, e))
			bad = state.Apply(e)
		}
		if info.Edits++; bad != nil {
			info.Damage = bad.Error()
		}
	})
	info.Gaps = gapsOf(gaps)
	if _, _, bad := manifest.Load(content, name, num); bad != nil && info.Damage == "" {
		info.Damage = bad.Error()
	}
	info.Version, info.NextFile = state.Version, state.NextFile
	info.LogFloor, info.LastSeq = state.LogFloor, uint64(state.LastSeq)
	for l, level := range state.Levels {
		for i := range level {
			info.Tables = append(info.Tables, tableInfo(l, &level[i]))
		}
	}
	return info, err
}

func editOf(off int64, e manifest.Edit) ManifestEdit {
	m := ManifestEdit{
		Offset: off, Version: e.Version, NextFile: e.NextFile, LogFloor: e.LogFloor, LastSeq: uint64(e.LastSeq),
	}
	for _, d := range e.Deleted {
		m.Deleted = append(m.Deleted, TableInfo{Level: d.Level, File: tableName(d.Num)})
	}
	for _, p := range e.Added {
		m.Added = append(m.Added, tableInfo(p.Level, &p.Table))
	}
	return m
}

// FileKind is what a file of a store is.
type FileKind string

// The kinds of files that can be inspected.
const (
	LogFile      FileKind = "log"
	TableFile    FileKind = "table"
	ManifestFile FileKind = "manifest"
)

// StoreFiles returns the paths of all files of a kind in the directory of a store, in the order of their numbers. The
// error is ErrNotADatabase if no file of a store is there, or one of the filesystem.
func StoreFiles(dir string, kind FileKind, o Options) ([]string, error) {
	names, err := durable.NewDir(fsOf(o), dir, nil).Names()
	if err != nil {
		return nil, err
	}
	f := sortFiles(names)
	if len(f.names()) == 0 {
		return nil, fmt.Errorf("%w: %s", ErrNotADatabase, dir)
	}
	nums, name := f.logs, logName
	switch kind {
	case TableFile:
		nums, name = f.tables, tableName
	case ManifestFile:
		nums, name = f.manifests, manifest.FileName
	case LogFile:
	}
	slices.Sort(nums)
	var paths []string
	for _, num := range nums {
		paths = append(paths, filepath.Join(dir, name(num)))
	}
	return paths, nil
}
