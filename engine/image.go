package engine

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"slices"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine/internal/batch"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/sequencer"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// image is a store at one instant, as files: every commit up to then, and none behind. Its tables and blob files are
// files of the store, which are kept as long as the image is open and never change. Everything else is made anew, so
// that it is checked on the way.
type image struct {
	db       *DB
	view     *view.View // keeps the tables, and what they and its memtables refer to
	state    manifest.State
	blobs    []*view.BlobFile // that tables or logs refer to, by number
	logs     []imageLog
	manifest uint64 // its number in the image
}

// imageLog is a log that gets no more commits. The open file outlives its name.
type imageLog struct {
	num  uint64
	file afero.File
}

// newImage takes an image of everything acknowledged so far, and perhaps of commits that are under way. Commits wait
// while the log is synced and closed; the next one begins a new log. The image must be closed.
func (db *DB) newImage() (*image, error) {
	if !db.opts.ReadOnly { // most of what commits would wait for is done before they have to
		if err := db.seq.Finish(db.seq.Barrier(sequencer.Sync)); err != nil {
			return nil, err
		}
	}
	im, err := db.freezeImage()
	if err != nil {
		return nil, err
	}
	// Values for later commits may have been added to the last file that the image needs. None is from here on.
	if err := db.sealLarge(); err != nil {
		return nil, errors.Join(err, im.close())
	}
	return im, nil
}

// freezeImage takes an image, but for the end of the blob file that is growing.
func (db *DB) freezeImage() (*image, error) {
	db.commitMu.Lock()
	defer db.commitMu.Unlock()
	if !db.opts.ReadOnly {
		if err := db.writable(); err != nil {
			return nil, err
		}
		if err := db.rotate(); err != nil {
			return nil, err
		}
	}
	db.catalog.Lock()
	defer db.catalog.Unlock()
	v, err := db.acquire()
	if err != nil {
		return nil, err
	}
	im := &image{db: db, view: v, state: db.catalog.state, manifest: db.newFileNum()}
	im.state.Version, im.state.NextFile = manifest.FormatVersion, im.manifest+1
	for _, num := range db.catalog.logs {
		f, err := db.dir.Open(filename.Log(num))
		if err != nil {
			return nil, errors.Join(corrupt.Missing(filename.Log(num), err), im.close())
		}
		im.logs = append(im.logs, imageLog{num, f})
	}
	db.mu.Lock()
	im.blobs = v.BlobFiles()
	db.mu.Unlock()
	return im, nil
}

func (im *image) close() error {
	var errs []error
	for _, l := range im.logs {
		errs = append(errs, l.file.Close())
	}
	return errors.Join(append(errs, im.db.release(im.view))...)
}

// kept returns the names of the files of the store that are files of the image as they are.
func (im *image) kept() []string {
	var names []string
	for _, level := range im.state.Levels {
		for _, t := range level {
			names = append(names, filename.Table(t.Num))
		}
	}
	for _, f := range im.blobs {
		names = append(names, filename.Blob(f.Num))
	}
	return names
}

// A madeFile is a file of an image that is not one of the store.
type madeFile struct {
	name    string
	content []byte
}

// made calls do for every file of the image but those of kept and the marker, one at a time.
func (im *image) made(do func(madeFile) error) error {
	last := im.state.LastSeq
	for _, l := range im.logs {
		content, err := l.rewrite(&last)
		if err == nil && content != nil {
			err = do(madeFile{filename.Log(l.num), content})
		}
		if err != nil {
			return err
		}
	}
	snapshot := im.state.Snapshot()
	content, err := framed(im.manifest, func(w *wal.Writer) error { return w.Append(snapshot.Encode()) })
	if err != nil {
		return err
	}
	return do(madeFile{manifest.FileName(im.manifest), content})
}

// marker makes the image a store. It is written when everything else is durable.
func (im *image) marker() madeFile {
	m := manifest.Marker{Num: 1, Manifest: im.manifest}
	return madeFile{m.Name(), m.Content()}
}

// rewrite returns the records of a log in a file of their own, nil if it has none. The first follows *last, which
// becomes the last one's number.
func (l *imageLog) rewrite(last *key.Seq) ([]byte, error) {
	name := filename.Log(l.num)
	content, err := io.ReadAll(io.NewSectionReader(l.file, 0, 1<<62))
	if err != nil {
		return nil, err
	}
	records := 0
	made, err := framed(l.num, func(w *wal.Writer) error {
		for r := wal.NewReader(content, name, l.num); ; records++ {
			record, err := r.Next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			b, ok := batch.Read(record)
			if !ok || b.Seq != *last+1 {
				return corrupt.At(name, r.Offset(), "commit %d follows commit %d", b.Seq, *last)
			}
			*last = b.Seq + key.Seq(b.Left) - 1
			if err := w.Append(record); err != nil {
				return err
			}
		}
	})
	if records == 0 {
		return nil, err
	}
	return made, err
}

// framed returns the bytes of a log, or manifest, with that number. Its proof holds because nobody sees the file before
// it is durable.
func framed(num uint64, write func(*wal.Writer) error) ([]byte, error) {
	var f memoryFile
	w := wal.NewWriter(&f, num)
	if err := errors.Join(write(w), w.Seal()); err != nil {
		return nil, err
	}
	return f.Bytes(), nil
}

// memoryFile is a wal.File that is a buffer.
type memoryFile struct{ bytes.Buffer }

func (f *memoryFile) Sync() error  { return nil }
func (f *memoryFile) Close() error { return nil }

// emptyTarget returns a directory that a copy of a store may be made in. It makes it, durably. A file LOCK is left by
// whoever looked whether there is a store, and counts for nothing.
func emptyTarget(fsys afero.Fs, path string) (*durable.Dir, error) {
	target := durable.NewDir(fsys, path, nil)
	names, err := target.Names()
	names = slices.DeleteFunc(names, func(name string) bool { return name == filename.Lock })
	switch {
	case err == nil && len(names) > 0:
		return nil, notEmpty(path, names)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	return target, target.Make()
}

// publish makes the files in a directory durable that have been written, and then the marker that makes them a store.
func publish(target *durable.Dir, marker madeFile) error {
	if err := target.Sync(); err != nil {
		return err
	}
	if err := target.WriteFile(marker.name, marker.content); err != nil {
		return err
	}
	return target.Sync()
}
