package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/lock"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/merge"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
	"github.com/lightningdb/lightning-torture/engine/internal/rewrite"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// RepairReport says what Repair found, kept and lost.
type RepairReport struct {
	Damage   string   // what Open or Verify say; empty if nothing was wrong, and then nothing was changed
	Tables   int      // read, in whole or in part
	Logs     int      // read, in whole or in part
	Entries  uint64   // in the repaired store
	Lost     []Loss   // exactly what could not be read, in the order of files
	Warnings []string // what follows from that for the contents
	LostDir  string   // where the files of the damaged store are now
}

// Loss is a part of a file that could not be read.
type Loss struct {
	File          string
	Offset, Bytes int64  // Bytes is -1 if nobody knows
	After, Before []byte // readable keys around what is lost in a table, exclusive; nil if unknown
	Key           []byte // whose value is lost, or some version of it, because it is that part of a blob file; else nil
	Cause         string
}

// Repair makes a store that opens out of one that does not, or that Verify complains about, in the same directory. It
// keeps every entry that can be read: of damaged tables the whole blocks, of damaged logs the whole commits before and
// behind the damage, of damaged blob files the whole values. Blob files that are needed stay where they are, too. All
// that was there before, damaged or not, is kept in the directory lost/N inside of dir; it can be removed when nobody
// wants to look at it any more. So Repair takes the space of the store a second time.
//
// It makes nothing up: every value of the repaired store was once the value of that key. But what it lost is missing
// like a page of a book, not like a last chapter:
//
//   - a key whose newest version is lost has an older value again, or none; a key whose deletion is lost is back;
//   - commits behind a damaged place of a log are kept, so what they build on may be missing, and a batch of which one
//     part had reached a table that is lost is there in part;
//   - if the range deletes of a table are lost, keys that they hid are back;
//   - if the manifest is lost, all tables and logs in the directory are read, obsolete ones as well, which brings old
//     values and deleted keys back if what replaced them is lost or dropped their deletions.
//
// The report says which of these can have happened. A store without damage is left as it is. The error is ErrLocked,
// ErrMissing, ErrNotADatabase, ErrVersion, ErrOptions or one of the filesystem. A crash or an error leaves the damaged
// store, with all its files, or the repaired one: Repair may be called again.
func Repair(dir string, o Options) (report RepairReport, err error) {
	o.InlineMaintenance, o.ReadOnly = true, false
	if err := o.Validate(); err != nil {
		return report, err
	}
	o.EnsureDefaults()
	o.FS = o.fs()
	r := &repairer{dir: dir, o: o, report: &report, blobs: repairBlobs{files: map[uint64]*salvagedBlobs{}}}
	if err = r.run(); err != nil {
		return report, fmt.Errorf("engine: repair %s: %w", dir, err)
	}
	return report, nil
}

// repairer makes one repair.
type repairer struct {
	dir    string
	o      Options
	report *RepairReport
	db     *DB // what writes tables; never a store that is open
	files  *filename.Files
	state  manifest.State // of the manifest, as far as it can be read
	whole  bool           // it can be read as a whole
	tables []*view.Table  // that are open
	ranges []rangedel.Set // of everything that can be read
	blobs  repairBlobs
	last   key.Seq // the largest sequence number of all
}

func (r *repairer) run() (err error) {
	if _, err := durable.NewDir(r.o.FS, r.dir, nil).Names(); err != nil {
		return err
	}
	lock, err := lock.Dir(r.o.FS, r.dir, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	damage := verifyUnlocked(r.dir, r.o)
	if damage == nil || !errors.Is(damage, ErrCorrupt) {
		return damage
	}
	r.report.Damage = damage.Error()
	r.db = newDB(r.dir, r.o)
	names, err := r.db.dir.Names()
	if err != nil {
		return err
	}
	r.files = filename.Sort(names)
	r.readManifest()
	if err := r.number(); err != nil {
		return err
	}
	outputs, err := r.rewrite()
	if err == nil {
		err = r.replace(outputs)
	}
	return errors.Join(err, r.closeAll(outputs), r.closeBlobs())
}

// outputs are the files that a repair wrote, open.
type outputs struct {
	tables []*view.Table
	blobs  []*view.BlobFile
}

func (r *repairer) closeAll(o outputs) error {
	var errs []error
	for _, t := range slices.Concat(r.tables, o.tables) {
		errs = append(errs, t.File.Close())
	}
	for _, f := range o.blobs {
		errs = append(errs, f.File.Close())
	}
	return errors.Join(errs...)
}

// verifyUnlocked opens a store without locking or changing it, verifies it and closes it.
func verifyUnlocked(dir string, o Options) error {
	o.ReadOnly, o.ErrorIfMissing, o.EventListener = true, true, &EventListener{}
	db := newDB(dir, o)
	names, err := db.dir.Names()
	if err == nil {
		err = db.recover(names)
	}
	if err == nil {
		err = db.Verify()
	}
	db.closing.Store(true)
	return errors.Join(err, db.abandon())
}

// number makes sure that new files have numbers which no file has or had, here or in lost.
func (r *repairer) number() error {
	next := max(r.files.Max+1, r.state.NextFile)
	names, err := r.lostDir("").Names()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, name := range names {
		if num, err := strconv.ParseUint(name, 10, 64); err == nil {
			next = max(next, num+1)
		}
	}
	r.db.nextFile.Store(next)
	return nil
}

func (r *repairer) lostDir(name string) *durable.Dir {
	return durable.NewDir(r.o.FS, filepath.Join(r.dir, filename.Lost, name), nil)
}

// rewrite merges everything that can be read into new tables. All of the store is there, so tombstones and range
// deletes go.
func (r *repairer) rewrite() (outputs, error) {
	tables, err := r.readTables()
	if err != nil {
		return outputs{}, err
	}
	logs, err := r.readLogs()
	if err != nil {
		return outputs{}, err
	}
	w := rewrite.Rewriter{Store: r.db.rewriteStore(), Split: true, Gone: func(_, _ []byte) bool { return true }}
	w.Separator.Damaged = r.moves
	w.Delete(r.ranges)
	if err := w.Run(merge.New(append(logs, tables...)...)); err != nil {
		return outputs{}, err
	}
	for _, t := range w.Tables {
		r.report.Entries += t.Entries
	}
	r.reportBlobs()
	return outputs{w.Tables, w.Separator.Files}, nil
}

// replace puts the new store in the place of the old one. Before the marker is durable, the old files have a second
// name, or a copy, in lost; they lose their first one after it, unless they are blob files that are needed on.
func (r *repairer) replace(o outputs) error {
	m := manifest.Marker{Num: 1, Manifest: r.db.newFileNum()}
	for _, old := range r.files.Markers {
		m.Num = max(m.Num, old.Num+1)
	}
	lost := r.lostDir(fmt.Sprintf("%06d", m.Manifest))
	r.report.LostDir = lost.Path()
	if err := lost.Make(); err != nil {
		return err
	}
	old := r.files.Names()
	for _, name := range old {
		if _, err := lost.Clone(r.db.dir, name); err != nil {
			return err
		}
	}
	if err := lost.Sync(); err != nil {
		return err
	}
	state := manifest.State{Version: manifest.FormatVersion, NextFile: m.Manifest + 1, LogFloor: m.Manifest, LastSeq: r.last}
	for _, t := range o.tables {
		state.Levels[view.Bottom] = append(state.Levels[view.Bottom], t.Table)
	}
	state.BlobFiles = r.blobFiles(o.blobs)
	if err := state.Check(); err != nil {
		return err
	}
	snapshot := state.Snapshot()
	content, err := framed(m.Manifest, func(w *wal.Writer) error { return w.Append(snapshot.Encode()) })
	if err != nil {
		return err
	}
	if err := r.db.dir.WriteFile(manifest.FileName(m.Manifest), content); err != nil {
		return err
	}
	if err := publish(r.db.dir, madeFile{m.Name(), m.Content()}); err != nil {
		return err
	}
	return r.db.dir.Remove(slices.DeleteFunc(old, func(name string) bool {
		num, ok := filename.Parse(name, filename.BlobSuffix)
		return ok && slices.ContainsFunc(state.BlobFiles, func(b manifest.BlobFile) bool { return b.Num == num })
	})...)
}
