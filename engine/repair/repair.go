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

// Report says what Repair found, kept and lost.
type Report struct {
	Damage   string   // what Open or Verify said; empty if nothing was wrong, and then nothing was changed
	Tables   int      // tables that were read, in whole or in part
	Logs     int      // logs that were read, in whole or in part
	Entries  uint64   // entries of the repaired store
	Lost     []Loss   // exactly what could not be read, in the order of files
	Warnings []string // what follows from that for the contents
	LostDir  string   // where the files of the damaged store are now
}

// Loss is a part of a file that could not be read.
type Loss struct {
	File          string
	Offset, Bytes int64  // Bytes is -1 if it is not known
	After, Before []byte // keys of a table between which, with them, keys may be missing, outdated or back; nil if unknown
	Key           []byte // for a part of a blob file, the key of the lost value; otherwise nil
	Cause         string
}

// Config says which store to repair, and how the engine does its part.
type Config struct {
	FS     afero.Fs
	Dir    string
	Verify func() error          // says what is wrong with the store, if anything. It changes and locks nothing
	Store  func() *rewrite.Store // makes what the files of the repaired store are written with; Run numbers them
}

// Run turns a store that does not open into one that does, in the same directory. The contract is that of
// engine.Repair.
func Run(c Config) (report Report, err error) {
	r := &repairer{Config: c, report: &report, blobs: repairBlobs{files: map[uint64]*salvagedBlobs{}, causes: map[uint64]string{}}}
	if err = r.run(); err != nil {
		return report, fmt.Errorf("engine: repair %s: %w", c.Dir, err)
	}
	return report, nil
}

// repairer makes one repair.
type repairer struct {
	Config
	report *Report
	store  *rewrite.Store // what writes tables
	next   uint64         // the number that the next new file gets
	files  *filename.Files
	state  manifest.State // what the manifest says, as far as it can be read
	whole  bool           // the manifest can be read as a whole
	tables []*view.Table  // open tables
	ranges []rangedel.Set // the range deletes of everything that can be read
	blobs  repairBlobs
	last   key.Seq // the largest sequence number of all

	manifest uint64 // the manifest of the repaired store; 0 until its files are there
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

// discard removes what a repair that was stopped has written: then the damaged store is there as it was. The old files got
// second names in lost, which are removed, too.
func (r *repairer) discard(o outputs, stopped error) error {
	if !cancel.Is(stopped) || r.manifest == 0 {
		return nil // what rewrite was stopped at, it has removed
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

// number makes sure that new files get numbers that no file has or had, here or in lost.
func (r *repairer) number() error {
	if err := r.store.Dir.CheckDir(filename.Lost); err != nil {
		return err
	}
	next, _ := r.files.CountsFrom(r.state.NextFile)
	if highest := r.files.Highest(); !r.whole && highest < manifest.NumMax/4*3 {
		next = max(next, highest+1) // nothing says where the store counted from, and what stays must not be ahead of it
	}
	names, err := r.lostDir("").Names()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, name := range names {
		if num, err := strconv.ParseUint(name, 10, 64); err == nil && num < manifest.NumMax/2 { // others are not of Repair
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
// name, or a copy, in lost. After that they lose their first name, unless they are blob files that are still needed.
// What is not a regular file cannot have a second name: it moves to lost after the marker.
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
	dir := r.store.Dir.WithoutCancel() // it is the repaired store now
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
