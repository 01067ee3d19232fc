package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/cache"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/lock"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/openfile"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// Open opens the store in dir, creating it if it does not exist. It recovers everything that was on disk, and writes
// only to remove files that a crash left behind. The error is ErrLocked, ErrNotADatabase, ErrMissing, ErrOptions,
// ErrCorrupt or one from the filesystem.
func Open(dir string, o Options) (db *DB, err error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	o.EnsureDefaults()
	o.ErrorIfMissing = o.ErrorIfMissing || o.ReadOnly
	o.FS = o.fs()
	db = newDB(dir, o)
	names, err := db.listOrMake()
	if err != nil {
		return nil, fmt.Errorf("engine: open %s: %w", dir, err)
	}
	if db.lock, err = lock.Dir(o.FS, dir, o.ReadOnly); err != nil {
		return nil, err
	}
	if err = db.recover(names); err != nil {
		db.closing.Store(true)
		err = errors.Join(err, db.closeManifest(), db.abandon(), db.lock.Close())
		return nil, fmt.Errorf("engine: open %s: %w", dir, err)
	}
	if !o.InlineMaintenance && !o.ReadOnly {
		db.startWorkers()
	}
	return db, nil
}

func newDB(dir string, o Options) *DB {
	db := &DB{opts: o, cache: cache.New(o.CacheBytes)}
	db.recent.Limit(o.Limits)
	db.dir = durable.NewDir(o.FS, dir, db.poisoned)
	db.dir.SetClock(o.Clock)
	db.files = view.Opener{Files: openfile.NewPool(db.dir, o.MaxOpenFiles), Blocks: db.cache, Limits: o.Limits}
	if o.ReadOnly {
		db.dir.Refuse(ErrReadOnly)
	}
	db.mu.tables = map[uint64]*view.Table{}
	db.mu.snapshots = map[key.Seq]int{}
	db.changed.L = &db.mu
	return db
}

// listOrMake lists the directory, creating it if it is missing and a store may be created.
func (db *DB) listOrMake() ([]string, error) {
	names, err := db.dir.Names()
	if !errors.Is(err, fs.ErrNotExist) {
		return names, err
	}
	if db.opts.ErrorIfMissing {
		return nil, ErrMissing
	}
	return nil, db.dir.Make()
}

// abandon closes the files of a store that could not be opened.
func (db *DB) abandon() error {
	err := db.releaseLast()
	for _, f := range db.blobs.All() {
		err = errors.Join(err, f.File.Close())
	}
	for _, t := range db.mu.tables {
		err = errors.Join(err, t.File.Close())
	}
	return err
}

// found is what recovery finds in the directory.
type found struct {
	*filename.Files
	hollow  []uint64 // live logs without content
	severed []uint64 // live logs after a gap, which are dropped
}

// recover brings the store to the state that the files describe. Each step relies only on what the step before has
// proved: the marker selects the manifest, the manifest lists the tables and the first live log, and the logs continue
// where the tables end. A file that a step names was durable before it was named. So if it is missing or damaged, that is
// corruption and not the effect of a crash, and Open fails. What a crash can leave is a file that nothing durable names,
// and a torn end of a log or of the manifest.
//
// Nothing is removed until everything has been read (clean), so an Open that reports corruption leaves the directory as
// it found it.
func (db *DB) recover(names []string) error {
	f := &found{Files: filename.Sort(names)}
	marker, err := db.currentMarker(f)
	if err != nil {
		return err
	}
	if marker.Num == 0 {
		return db.create(f)
	}
	state, mentioned, err := db.loadManifest(marker.Manifest)
	if err == nil {
		err = state.Check()
	}
	if err != nil {
		return err
	}
	if err := db.countFrom(f, state.NextFile); err != nil {
		return err
	}
	db.catalog.state, db.catalog.marker = state, marker
	if err := db.openTables(&state); err != nil {
		return err
	}
	for _, b := range state.BlobFiles {
		if err := db.blobs.Need(&db.files, b.Num, b.Bytes); err != nil {
			return err
		}
	}
	if err := db.replay(f, &state); err != nil {
		return err
	}
	return db.clean(f, mentioned)
}

// currentMarker returns the valid marker with the highest number. If there is none, the directory may become a store
// only if it holds nothing beyond what an interrupted creation leaves.
func (db *DB) currentMarker(f *found) (manifest.Marker, error) {
	for i, m := range f.Markers {
		content, err := db.dir.ReadFile(m.Name(), manifest.MarkerBytesMax)
		if err != nil {
			return m, corrupt.Missing(m.Name(), err)
		}
		if string(content) == string(m.Content()) {
			if i > 0 && db.wasCurrent(f.Markers[0], m, f) {
				name := f.Markers[0].Name()
				return m, corrupt.At(name, 0, "invalid content, yet the logs that only %s makes obsolete are gone", name)
			}
			return m, nil
		}
	}
	switch {
	case len(f.Foreign) > 0 && (len(f.Markers) == 0 || len(f.Logs)+len(f.Tables)+len(f.Blobs) == 0):
		return manifest.Marker{}, fmt.Errorf("%w: no valid marker, but other files: %q", ErrNotADatabase, f.Foreign)
	case len(f.Logs)+len(f.Tables)+len(f.Blobs) > 0:
		return manifest.Marker{}, corrupt.At("marker", 0, "no valid marker, but there are logs %d, tables %d, blob files %d",
			f.Logs, f.Tables, f.Blobs)
	case db.opts.ErrorIfMissing:
		return manifest.Marker{}, ErrMissing
	}
	return manifest.Marker{}, nil
}

// wasCurrent reports whether an invalid marker was durable once and is therefore damaged, not left by a crash. It was
// durable if its manifest has commits in tables that an older manifest expects in logs, and none of these logs is left,
// because logs are removed only after the marker is durable.
func (db *DB) wasCurrent(newest, valid manifest.Marker, f *found) bool {
	after, _, err := db.loadManifest(newest.Manifest)
	if err != nil {
		return false
	}
	before, _, err := db.loadManifest(valid.Manifest)
	return err == nil && after.LastSeq > before.LastSeq &&
		!slices.ContainsFunc(f.Logs, func(num uint64) bool { return num < after.LogFloor })
}

// loadManifest reads a manifest; see manifest.Load.
func (db *DB) loadManifest(num uint64) (state manifest.State, mentioned map[uint64]bool, err error) {
	name := manifest.FileName(num)
	content, err := db.dir.ReadFile(name, manifest.FileBytesMax)
	if err != nil {
		return state, nil, corrupt.Missing(name, err)
	}
	return manifest.Load(content, name, num)
}

// create makes an empty store. The directory is made durable first, so that a marker in it proves that it is.
func (db *DB) create(f *found) error {
	first := &db.opts.Limits
	if err := db.countFrom(f, uint64(first.FirstFile)); err != nil {
		return err
	}
	if err := db.dir.Make(); err != nil {
		return err
	}
	c := &db.catalog
	c.state.LastSeq, c.markers = key.Seq(first.FirstSequence-1), uint64(first.FirstMarker-1)
	db.begin(nil, c.state.LastSeq)
	for _, m := range f.Markers {
		c.obsolete, c.markers = append(c.obsolete, m.Name()), max(c.markers, m.Num)
	}
	for _, num := range f.Manifests {
		c.obsolete = append(c.obsolete, manifest.FileName(num))
	}
	return db.apply(change{})
}

// begin installs the first view.
func (db *DB) begin(mems []*view.Mem, last key.Seq) {
	db.seq.Start(last, db.opts.Limits)
	db.mu.Lock()
	defer db.mu.Unlock()
	db.mu.frozen = mems
	newestFirst := slices.Clone(mems)
	slices.Reverse(newestFirst)
	db.show(newestFirst, db.newVersion(&db.catalog.state))
}

func (db *DB) openTables(s *manifest.State) error {
	for _, level := range s.Levels {
		for _, m := range level {
			t, err := db.files.Table(m)
			if err != nil {
				return err
			}
			db.mu.tables[m.Num] = t
		}
	}
	return nil
}

// clean removes files that are not needed. There are two kinds.
//
// Files that the manifest made obsolete ("named") may be removed only under a manifest of this session. The manifest
// found on disk may exist in the page cache only; if a crash lost its last edits, the older state would need the files
// again. If the disk is too full for a new manifest, the store opens poisoned, and can at least be read.
//
// Files that no manifest ever named ("unnamed") were left half written by a crash. If there are no named ones, they are
// removed at once, which can free a full disk. Otherwise they wait, too, because an obsolete log may refer to an unnamed
// blob file, and will need it again if the edit that made the log obsolete is lost.
func (db *DB) clean(f *found, mentioned map[uint64]bool) error {
	c := &db.catalog
	for _, m := range f.Markers {
		c.markers = max(c.markers, m.Num)
	}
	named, unnamed := db.unneeded(f, mentioned)
	for _, name := range slices.Concat(named, unnamed) { // a crash leaves only regular files
		if err := db.dir.Check(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if db.opts.ReadOnly {
		db.leftovers = append(named, unnamed...)
		for _, num := range f.severed {
			db.leftovers = append(db.leftovers, filename.Log(num))
		}
		return nil
	}
	// Remove the severed logs first, one by one from the last. A log must be gone before its predecessor is; otherwise
	// it would look like a log whose predecessor is missing, which is damage.
	for _, num := range slices.Backward(f.severed) {
		if err := db.dir.Remove(filename.Log(num)); err != nil {
			return err
		}
	}
	if len(named) == 0 {
		return db.dir.Remove(unnamed...)
	}
	c.obsolete = append(named, unnamed...)
	err := db.apply(change{})
	if durable.IsNoRoom(err) { // the store is poisoned, but can be read
		db.leftovers, err = db.dir.Names()
	}
	return err
}

// unneeded returns the names of the files that clean removes, except severed logs.
func (db *DB) unneeded(f *found, mentioned map[uint64]bool) (named, unnamed []string) {
	c := &db.catalog
	for _, num := range f.Tables {
		switch {
		case db.mu.tables[num] != nil:
		case mentioned[num]:
			named = append(named, filename.Table(num))
		default:
			unnamed = append(unnamed, filename.Table(num))
		}
	}
	for _, num := range f.Logs {
		if num < c.state.LogFloor {
			named = append(named, filename.Log(num))
		}
	}
	for _, num := range f.hollow {
		unnamed = append(unnamed, filename.Log(num))
	}
	for _, num := range f.Manifests {
		if num != c.marker.Manifest {
			unnamed = append(unnamed, manifest.FileName(num))
		}
	}
	for _, m := range f.Markers {
		if m != c.marker {
			named = append(named, m.Name())
		}
	}
	for _, num := range f.Blobs {
		switch {
		case db.blobs.All()[num] != nil:
		case mentioned[num]:
			named = append(named, filename.Blob(num))
		default:
			unnamed = append(unnamed, filename.Blob(num))
		}
	}
	return named, unnamed
}
