package repair

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine/internal/cancel"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/image"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/lock"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/merge"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
	"github.com/lightningdb/lightning-torture/engine/internal/rewrite"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// Report says what Repair found, what it kept and what was lost.
type Report struct {
	Damage   string   // error of Open or Verify; empty if nothing was wrong, in which case nothing was changed
	Tables   int      // number of tables read, in whole or in part
	Logs     int      // number of logs read, in whole or in part
	Entries  uint64   // number of entries in the repaired store
	Lost     []Loss   // exactly what could not be read, by file
	Warnings []string // what that means for the contents
	LostDir  string   // directory that now has the files of the damaged store
}

// Loss is a part of a file that could not be read.
type Loss struct {
	File          string
	Offset, Bytes int64  // Bytes is -1 if unknown
	After, Before []byte // inclusive bounds of the keys of a table that may be missing, outdated or back; nil if unknown
	Key           []byte // for a part of a blob file, the key of the lost value; otherwise nil
	Cause         string
}

// Config says which store to repair and provides what Run needs from package engine.
type Config struct {
	FS     afero.Fs
	Dir    string
	Verify func() error          // returns what is wrong with the store, or nil; it must change and lock nothing
	Store  func() *rewrite.Store // returns what the repaired store's files are written through; Run numbers the files
}

// Run turns a store that does not open into one that does, in the same directory. Its contract is that of
// engine.Repair.
func Run(c Config) (report Report, err error) {
	r := &repairer{Config: c, report: &report, blobs: repairBlobs{files: map[uint64]*salvagedBlobs{}, causes: map[uint64]string{}}}
	if err = r.run(); err != nil {
		return report, fmt.Errorf("engine: repair %s: %w", c.Dir, err)
	}
	return report, nil
}

// repairer performs one repair.
type repairer struct {
	Config
	report *Report
	store  *rewrite.Store // what writes tables
	next   uint64         // the next file number
	files  *filename.Files
	state  manifest.State // state in the manifest, as far as it is readable
	whole  bool           // the manifest is readable in full
	tables []*view.Table  // open tables
	ranges []rangedel.Set // range deletes of everything that is readable
	blobs  repairBlobs
	last   key.Seq // the largest sequence number found

	manifest uint64 // number of the repaired store's manifest; 0 until its files exist
}

func (r *repairer) run() (err error) {
	if _, err := durable.NewDir(r.FS, r.Dir, nil).Names(); err != nil {
		return err
	}
	held, err := lock.Dir(r.FS, r.Dir, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, held.Close()) }()
	damage := r.Verify()
	if damage == nil || !errors.Is(damage, corrupt.Err) {
		return damage
	}
	r.report.Damage = damage.Error()
	r.store = r.Store()
	r.store.NewFileNum = r.newFileNum
	names, err := r.store.Dir.Names()
	if err != nil {
		return err
	}
	r.files = filename.Sort(names)
	if err := r.readManifest(); err != nil {
		return err
	}
	if err := r.number(); err != nil {
		return err
	}
	outputs, err := r.rewrite()
	if err == nil {
		err = r.replace(outputs)
	}
	err = errors.Join(err, r.closeAll(outputs), r.closeBlobs())
	return errors.Join(err, r.discard(outputs, err))
}

// outputs are the files that a repair wrote. They are open.
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

// discard removes what an interrupted repair has written, which leaves the damaged store as it was. The second names of
// the old files in lost are removed, too.
func (r *repairer) discard(o outputs, stopped error) error {
	if !cancel.Is(stopped) || r.manifest == 0 {
		return nil // rewrite has already removed its own files
	}
	names := []string{manifest.FileName(r.manifest)}
	for _, t := range o.tables {
		names = append(names, filename.Table(t.Num))
	}
	for _, f := range o.blobs {
		names = append(names, filename.Blob(f.Num))
	}
	lost := r.lostDir(filepath.Base(r.report.LostDir)).WithoutCancel()
	r.report.LostDir = ""
	return errors.Join(image.Discard(r.store.Dir, names, stopped), lost.RemoveAll())
}

// number makes sure that new file numbers have never been used, here or in lost.
func (r *repairer) number() error {
	if err := r.store.Dir.CheckDir(filename.Lost); err != nil {
		return err
	}
	next, _ := r.files.CountsFrom(r.state.NextFile)
	if highest := r.files.Highest(); !r.whole && highest < manifest.NumMax/4*3 {
		next = max(next, highest+1) // the store's counter is unknown, and files that stay must not be ahead of it
	}
	names, err := r.lostDir("").Names()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, name := range names {
		if num, err := strconv.ParseUint(name, 10, 64); err == nil && num < manifest.NumMax/2 { // others were not made by Repair
			next = max(next, num+1)
		}
	}
	r.next = next
	return nil
}

func (r *repairer) newFileNum() uint64 {
	r.next++
	return r.next - 1
}

func (r *repairer) lostDir(name string) *durable.Dir {
	return durable.NewDir(r.FS, filepath.Join(r.Dir, filename.Lost, name), nil)
}

// rewrite merges everything readable into new tables. The input is the whole store, so tombstones and range deletes are
// dropped.
func (r *repairer) rewrite() (outputs, error) {
	tables, err := r.readTables()
	if err != nil {
		return outputs{}, err
	}
	logs, err := r.readLogs()
	if err != nil {
		return outputs{}, err
	}
	w := rewrite.Rewriter{Store: r.store, Split: true, Gone: func(_, _ []byte) bool { return true }}
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

// replace puts the new store in the place of the old one. Before the marker is durable, the old files get a second
// name, or a copy, in lost. After that they lose their first name, except for blob files that are still needed.
// Anything that is not a regular file cannot have a second name; it moves to lost after the marker.
func (r *repairer) replace(o outputs) error {
	m := manifest.Marker{Num: 1, Manifest: r.newFileNum()}
	for _, old := range r.files.Markers {
		m.Num = max(m.Num, old.Num+1)
	}
	lost := r.lostDir(fmt.Sprintf("%06d", m.Manifest))
	r.report.LostDir, r.manifest = lost.Path(), m.Manifest
	if err := lost.Make(); err != nil {
		return err
	}
	var old, irregular []string
	for _, name := range r.files.Names() {
		if errors.Is(r.store.Dir.Check(name), corrupt.Err) {
			irregular = append(irregular, name)
			continue
		}
		old = append(old, name)
		if _, err := lost.Clone(r.store.Dir, name); err != nil {
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
	content, err := wal.Framed(m.Manifest, func(w *wal.Writer) error { return w.Append(snapshot.Encode()) })
	if err != nil {
		return err
	}
	if err := r.store.Dir.WriteFile(manifest.FileName(m.Manifest), content); err != nil {
		return err
	}
	if err := image.Publish(r.store.Dir, image.MadeFile{Name: m.Name(), Content: m.Content()}); err != nil {
		return err
	}
	dir := r.store.Dir.WithoutCancel() // from here on it is the repaired store
	for _, name := range irregular {
		if err := dir.Rename(name, filepath.Join(filename.Lost, filepath.Base(lost.Path()), name)); err != nil {
			return err
		}
	}
	return dir.Remove(slices.DeleteFunc(old, func(name string) bool {
		num, ok := filename.Parse(name, filename.BlobSuffix)
		return ok && slices.ContainsFunc(state.BlobFiles, func(b manifest.BlobFile) bool { return b.Num == num })
	})...)
}
