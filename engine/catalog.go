package engine

import (
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/invariant"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// catalog is the durable list of live files: the manifest, the marker that selects it, and the state that they
// describe.
//
// A manifest is appended to only by the session that created it. What an earlier session left may exist only in the
// page cache, because one of its syncs may have failed, and an fsync that succeeds now would prove nothing about those
// pages. So the first change of a session writes a new manifest with the whole state (rollManifest), and later changes
// append edits.
//
// Every change goes through apply in a fixed order. The new tables and blob files are already synced; then the
// directory is synced, so that their names are durable; then the edit is appended and synced; only then is the change
// visible and only then are the files it made obsolete removed. (A new manifest needs no sync of the directory before
// it: it counts only once the marker selects it, and the directory is synced before that.) If the edit came before the
// names, recovery could find a manifest that names a missing table. If a removal came before the sync of the edit,
// recovery could fall back to the old state and miss an input.
type catalog struct {
	sync.Mutex
	state    manifest.State
	log      *wal.Writer // this session's manifest; nil until it has one
	base     int64       // bytes of the manifest when it was new
	marker   manifest.Marker
	markers  uint64   // highest number of any marker on disk
	logs     []uint64 // log files on disk, ascending
	obsolete []string // files that the next manifest makes obsolete
}

// change is a manifest edit together with its effect on the current view.
type change struct {
	manifest.Edit
	opened  []*view.Table    // the added tables
	blobs   []*view.BlobFile // new blob files that they refer to
	flushed []*view.Mem      // memtables that they replace
	last    bool             // the last change of the session
}

// place adds tables to a level.
func (ch *change) place(level int, tables []*view.Table) {
	for _, t := range tables {
		ch.Added = append(ch.Added, manifest.Placed{Level: level, Table: t.Table})
	}
}

// apply makes a change durable, then visible, and finally removes the files that it made obsolete. See catalog.
func (db *DB) apply(ch change) error {
	db.catalog.Lock()
	defer db.catalog.Unlock()
	c := &db.catalog
	next := c.state
	db.listBlobFiles(&c.state, &ch)
	ch.NextFile = db.nextFile.Load()
	err := next.Apply(ch.Edit)
	invariant.Check(err == nil, "I7: an edit fits the state that it changes")
	if invariant.Enabled {
		invariant.Check(next.Check() == nil, "I8: tables of a level below 0 do not share user keys")
	}
	if err := db.persist(&next, ch); err != nil {
		return errors.Join(err, ch.close())
	}
	c.state = next
	if err := db.install(&next, ch); err != nil {
		return err
	}
	for _, m := range ch.flushed {
		if !m.Replayed() {
			if err := db.seq.Settled(m.Log, m.LastSeq); err != nil {
				return err
			}
		}
	}
	db.dropLogs(next.LogFloor)
	return db.removeObsolete()
}

// listBlobFiles adds to a change the blob files that it makes live and those that it makes obsolete.
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
		invariant.Check(files[num] != nil, "I15: a blob file that tables refer to is open")
		ch.BlobFilesAdded = append(ch.BlobFilesAdded, manifest.BlobFile{Num: num, Bytes: files[num].Reader.Size()})
	}
	ch.BlobFilesRemoved = removed
}

// close closes the new files of a change that was abandoned.
func (ch *change) close() (err error) {
	for _, t := range ch.opened {
		err = errors.Join(err, t.File.Close())
	}
	for _, f := range ch.blobs {
		err = errors.Join(err, f.File.Close())
	}
	return err
}

// endSession durably records where the logs of the memtables end. All their content is already durable. If this
// session's manifest has edits after the first, it is replaced by a new one whose first edit holds the whole state. If
// a manifest has a single edit, a shortened file is always noticed, because without that edit it is no manifest at all.
// If there are no such edits, the log ends are appended to the present manifest. Losing that edit does no harm as long
// as the logs are whole.
func (db *DB) endSession(mems []*view.Mem) error {
	db.catalog.Lock()
	defer db.catalog.Unlock()
	c := &db.catalog
	ch := change{last: true}
	ch.NextFile = db.nextFile.Load()
	for _, m := range mems {
		if end := m.Log.Synced(); end > 0 {
			ch.LogEnds = append(ch.LogEnds, manifest.LogEnd{Num: m.LogNum, Bytes: uint64(end)})
		}
	}
	if c.log == nil || len(ch.LogEnds) == 0 && !c.edited() {
		return nil
	}
	next := c.state
	err := next.Apply(ch.Edit)
	invariant.Check(err == nil, "I7: an edit fits the state that it changes")
	if err := db.persist(&next, ch); err != nil {
		return err
	}
	c.state = next
	return db.removeObsolete()
}

// edited reports whether this session's manifest has edits after the first one, which holds the whole state.
func (c *catalog) edited() bool { return c.log.Bytes() > c.base }

// persist writes a change to the manifest. The names of the tables it adds are made durable first.
func (db *DB) persist(next *manifest.State, ch change) error {
	c, l := &db.catalog, &db.opts.Limits
	if c.log == nil || ch.last && c.edited() || c.log.Bytes() > max(l.ManifestBytes, l.ManifestGrowth*c.base) {
		return db.rollManifest(next)
	}
	if len(ch.opened) > 0 {
		if err := db.dir.Sync(); err != nil {
			return err
		}
	}
	if err := c.log.Append(ch.Encode()); err != nil {
		return err
	}
	if ch.last {
		return c.log.Sync()
	}
	return c.log.Seal()
}

// rollManifest starts a new manifest that holds the whole state. The marker is written last, when everything that it
// stands for is durable.
func (db *DB) rollManifest(next *manifest.State) error {
	c := &db.catalog
	m := manifest.Marker{Num: c.markers + 1, Manifest: db.newFileNum()}
	next.Version, next.NextFile = manifest.FormatVersion, db.nextFile.Load()
	f, err := db.dir.Create(manifest.FileName(m.Manifest))
	if err != nil {
		return err
	}
	log := wal.NewWriter(f, m.Manifest)
	log.Limit(db.opts.Limits)
	snapshot := next.Snapshot()
	if err = log.Append(snapshot.Encode()); err == nil {
		err = log.Sync()
	}
	if err == nil {
		err = db.dir.Sync()
	}
	if err == nil {
		err = db.dir.WriteFile(m.Name(), m.Content())
	}
	if err == nil {
		err = db.dir.Sync()
	}
	if err != nil {
		return errors.Join(err, log.Close())
	}
	return db.switchManifest(m, log)
}

func (db *DB) switchManifest(m manifest.Marker, log *wal.Writer) error {
	c := &db.catalog
	before := c.log
	if c.marker.Num > 0 {
		c.obsolete = append(c.obsolete, c.marker.Name(), manifest.FileName(c.marker.Manifest))
	}
	db.mu.Lock()
	db.mu.obsolete = append(db.mu.obsolete, c.obsolete...)
	db.mu.Unlock()
	c.obsolete = nil
	c.marker, c.markers, c.log, c.base = m, m.Num, log, log.Bytes()
	notify(db.opts.EventListener.ManifestRolled, m.Manifest)
	if before != nil {
		return before.Close()
	}
	return nil
}

// install makes a durable change visible.
func (db *DB) install(next *manifest.State, ch change) error {
	db.mu.Lock()
	for _, t := range ch.opened {
		db.mu.tables[t.Num] = t
	}
	db.blobs.Add(ch.blobs...)
	for _, d := range ch.Deleted {
		moved := slices.ContainsFunc(ch.Added, func(p manifest.Placed) bool { return p.Num == d.Num })
		db.mu.tables[d.Num].Dead.Store(!moved)
	}
	flushed := func(m *view.Mem) bool { return slices.Contains(ch.flushed, m) }
	db.mu.frozen = slices.DeleteFunc(slices.Clone(db.mu.frozen), flushed)
	mems := slices.DeleteFunc(slices.Clone(db.view.Load().Mems), flushed)
	before := db.show(mems, db.newVersion(next))
	db.mu.Unlock()
	return db.drop(before)
}

// dropLogs declares all logs with a number below floor obsolete.
func (db *DB) dropLogs(floor uint64) {
	db.mu.Lock()
	defer db.mu.Unlock()
	c := &db.catalog
	for len(c.logs) > 0 && c.logs[0] < floor {
		db.mu.obsolete = append(db.mu.obsolete, filename.Log(c.logs[0]))
		c.logs = c.logs[1:]
	}
}

// addLog records a new log file.
func (db *DB) addLog(num uint64) {
	db.catalog.Lock()
	defer db.catalog.Unlock()
	db.catalog.logs = append(db.catalog.logs, num)
}

// established reports whether this session has a manifest of its own.
func (db *DB) established() bool {
	db.catalog.Lock()
	defer db.catalog.Unlock()
	return db.catalog.log != nil
}

func (db *DB) closeManifest() error {
	db.catalog.Lock()
	defer db.catalog.Unlock()
	if db.catalog.log == nil {
		return nil
	}
	return db.catalog.log.Close()
}

// countFrom sets the next file number to next, or to one above the largest number in the directory if that is higher.
func (db *DB) countFrom(f *found, next uint64) error {
	num, ahead := f.CountsFrom(next)
	if ahead != "" {
		return corrupt.At(ahead, 0, "the next file would have the number %d, so no store made this one: move it away", num)
	}
	db.nextFile.Store(num)
	return nil
}
