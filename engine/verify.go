package engine

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/batch"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// Verify reads everything and returns an error that is ErrCorrupt if a checksum, the order of entries or levels, the
// manifest or a log is wrong, if a reference to a blob file and what it leads to do not fit, if a live file is missing
// or without bytes, or if a file is there that should not be. That the last log is gone, or ends at an earlier commit,
// it cannot tell from a store that nobody has written to since. It hands what is gathered for the log to the operating
// system. Writers wait meanwhile.
func (db *DB) Verify() error {
	db.commitMu.Lock()
	defer db.commitMu.Unlock()
	defer db.quiesce()()
	db.large.Lock()
	defer db.large.Unlock()
	v, err := db.acquire()
	if err != nil {
		return err
	}
	err = errors.Join(db.verifyTables(v.Version), db.verifyManifest(v.Version), db.verifyLogs(), db.verifyNames(),
		db.verifyBlobs(v))
	return errors.Join(err, db.release(v))
}

func (db *DB) verifyTables(v *view.Version) error {
	var errs []error
	for l, level := range v.Levels {
		for i, t := range level {
			if l > 0 && i > 0 && bytes.Compare(level[i-1].Largest, t.Smallest) >= 0 {
				errs = append(errs, corrupt.At(filename.Table(t.Num), 0, "level %d: overlaps table %d", l, level[i-1].Num))
			}
			errs = append(errs, t.Reader.Verify())
			if l == 0 && i > 0 && level[i-1].MinSeq <= t.MaxSeq {
				errs = append(errs, corrupt.At(filename.Table(t.Num), 0, "level 0: table %d should be older", t.Num))
			}
			errs = append(errs, db.verifyName(t))
		}
	}
	return errors.Join(errs...)
}

// verifyName opens a live table by its name, which the file that is open may have lost.
func (db *DB) verifyName(t *view.Table) error {
	again, err := view.OpenTable(db.dir, db.cache, t.Table)
	if err != nil {
		return err
	}
	info, err := again.File.Stat()
	if err == nil && uint64(info.Size()) != t.Bytes {
		err = corrupt.At(filename.Table(t.Num), int64(t.Bytes), "%d bytes, but the manifest says %d", info.Size(), t.Bytes)
	}
	return errors.Join(err, again.File.Close())
}

// verifyManifest compares the manifest on disk with what is in use.
func (db *DB) verifyManifest(v *view.Version) error {
	db.catalog.Lock()
	m := db.catalog.marker
	db.catalog.Unlock()
	marker, err := db.dir.ReadFile(m.Name())
	if err != nil {
		return corrupt.Missing(m.Name(), err)
	}
	if !bytes.Equal(marker, m.Content()) {
		return corrupt.At(m.Name(), 0, "not what a marker holds")
	}
	name := manifest.FileName(m.Manifest)
	content, err := db.dir.ReadFile(name)
	if err != nil {
		return corrupt.Missing(name, err)
	}
	state, _, err := manifest.Load(content, name, m.Manifest)
	if err != nil {
		return err
	}
	for l, level := range v.Levels {
		is := func(t *view.Table, m manifest.Table) bool { return t.Num == m.Num }
		if !slices.EqualFunc(level, state.Levels[l], is) {
			return corrupt.At(name, int64(len(content)), "level %d lists other tables than are in use", l)
		}
	}
	return state.Check()
}

// verifyLogs reads the logs as the next Open would.
func (db *DB) verifyLogs() error {
	if err := db.seq.Hand(db.seq.Newest()); err != nil {
		return err
	}
	db.catalog.Lock()
	logs, last := slices.Clone(db.catalog.logs), db.catalog.state.LastSeq
	db.catalog.Unlock()
	for _, num := range logs {
		content, err := db.dir.ReadFile(filename.Log(num))
		if err != nil {
			return corrupt.Missing(filename.Log(num), err)
		}
		if last, err = verifyLog(content, num, last); err != nil {
			return err
		}
	}
	if want := db.seq.Newest(); last != want {
		return corrupt.At("logs", 0, "commits end at %d, want %d", last, want)
	}
	return nil
}

func verifyLog(content []byte, num uint64, last key.Seq) (key.Seq, error) {
	for r := wal.NewReader(content, filename.Log(num), num); ; {
		record, err := r.Next()
		if errors.Is(err, io.EOF) {
			return last, nil
		}
		if err != nil {
			return 0, err
		}
		b, ok := batch.Read(record)
		if !ok || b.Seq != last+1 {
			return 0, corrupt.At(filename.Log(num), r.Offset(), "commit %d follows commit %d", b.Seq, last)
		}
		last = b.Seq + key.Seq(b.Left) - 1
	}
}

// verifyNames looks for files that should not be there.
func (db *DB) verifyNames() error {
	expected, allowed := db.expectedNames()
	names, err := db.dir.Names()
	if err != nil {
		return err
	}
	f := filename.Sort(names)
	var errs []error
	for _, name := range names {
		if !expected[name] && !allowed[name] && !slices.Contains(f.Foreign, name) &&
			!slices.Contains(db.leftovers, name) && name != filename.Lock && name != filename.Lost {
			errs = append(errs, corrupt.At(name, 0, "nothing refers to this file"))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(expected)) {
		if !slices.Contains(names, name) {
			errs = append(errs, corrupt.At(name, 0, "live file is missing"))
		}
	}
	return errors.Join(append(errs, db.verifySizes(expected))...)
}

// expectedNames returns the names that must be there, and those that may be: of tables that only readers still need.
func (db *DB) expectedNames() (expected, allowed map[string]bool) {
	db.catalog.Lock()
	defer db.catalog.Unlock()
	c := &db.catalog
	allowed = map[string]bool{}
	expected = map[string]bool{c.marker.Name(): true, manifest.FileName(c.marker.Manifest): true}
	for _, num := range c.logs {
		expected[filename.Log(num)] = true
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	for num, t := range db.mu.tables {
		if t.Dead.Load() {
			allowed[filename.Table(num)] = true
		} else {
			expected[filename.Table(num)] = true
		}
	}
	for _, name := range slices.Concat(db.mu.obsolete, db.mu.leaving) {
		allowed[name] = true
	}
	db.expectBlobs(expected, allowed)
	return expected, allowed
}

func (db *DB) verifySizes(names map[string]bool) error {
	active := ""
	if db.active != nil && db.active.Empty() {
		active = filename.Log(db.active.LogNum)
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		f, err := db.dir.Open(name)
		if err != nil {
			return corrupt.Missing(name, err)
		}
		info, err := f.Stat()
		if err = errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("engine: verify %s: %w", name, err)
		}
		if info.Size() == 0 && name != active {
			return corrupt.At(name, 0, "no bytes")
		}
	}
	return nil
}
