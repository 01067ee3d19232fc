package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine/internal/batch"
	"github.com/lightningdb/lightning-torture/engine/internal/cancel"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// ErrTargetNotEmpty is returned for a directory that holds something.
var ErrTargetNotEmpty = errors.New("engine: target is not empty")

// Image is a store at one instant, as files: every commit up to then, and none after it. Its tables and blob files are
// files of the store, which are kept as long as the image is open and never change. Everything else is made anew, so
// that it is checked on the way.
type Image struct {
	Dir      *durable.Dir // the directory of the store
	View     *view.View   // keeps the tables, and what they and its memtables refer to
	Release  func() error // gives the view up
	State    manifest.State
	Blobs    []*view.BlobFile // the files that tables or logs refer to, by number
	Manifest uint64           // its number in the image
	logs     []Log
}

// Log is a log that gets no more commits. The open file outlives its name.
type Log struct {
	Num  uint64
	File afero.File
	End  int64 // where it was closed; 0 if that is not known
}

// Close gives up what the image holds.
func (im *Image) Close() error {
	var errs []error
	for _, l := range im.logs {
		errs = append(errs, l.File.Close())
	}
	return errors.Join(append(errs, im.Release())...)
}

// AddLog adds a log of the store, open, which the image closes.
func (im *Image) AddLog(l Log) { im.logs = append(im.logs, l) }

// KeptFile is a file of the store that belongs to the image as it is.
type KeptFile struct {
	Name   string
	Verify func(context.Context) error // compares its checksums
}

// Kept returns the tables and the blob files.
func (im *Image) Kept() []KeptFile {
	var files []KeptFile
	for _, level := range im.View.Version.Levels {
		for _, t := range level {
			files = append(files, KeptFile{filename.Table(t.Num), t.Reader.VerifyUntil})
		}
	}
	for _, f := range im.Blobs {
		files = append(files, KeptFile{filename.Blob(f.Num), func(ctx context.Context) error {
			return f.Reader.VerifyUntil(ctx, f.Reader.Size())
		}})
	}
	return files
}

// MadeFile is a file that was made for the image.
type MadeFile struct {
	Name    string
	Content []byte
}

// Made calls do for every file of the image but those of kept and the marker, one at a time. The manifest says where the
// logs end.
func (im *Image) Made(do func(MadeFile) error) error {
	state, last := im.State, im.State.LastSeq
	for _, l := range im.logs {
		content, err := l.rewrite(&last)
		if err == nil && content != nil {
			state.LogEnds = append(state.LogEnds, manifest.LogEnd{Num: l.Num, Bytes: uint64(len(content))})
			err = do(MadeFile{filename.Log(l.Num), content})
		}
		if err != nil {
			return err
		}
	}
	snapshot := state.Snapshot()
	content, err := wal.Framed(im.Manifest, func(w *wal.Writer) error { return w.Append(snapshot.Encode()) })
	if err != nil {
		return err
	}
	return do(MadeFile{manifest.FileName(im.Manifest), content})
}

// Marker makes the image a store. It is written when everything else is durable.
func (im *Image) Marker() MadeFile {
	m := manifest.Marker{Num: 1, Manifest: im.Manifest}
	return MadeFile{m.Name(), m.Content()}
}

// rewrite returns the records of a log as a new file, or nil if it has none. The first record must follow *last, which
// becomes the number of the last one.
func (l *Log) rewrite(last *key.Seq) ([]byte, error) {
	name := filename.Log(l.Num)
	content, err := durable.Content(l.File, name, wal.LogBytesMax)
	if err != nil {
		return nil, err
	}
	records := 0
	made, err := wal.Framed(l.Num, func(w *wal.Writer) error {
		r := wal.NewReader(content, name, l.Num)
		r.EndsAt(l.End)
		for ; ; records++ {
			record, err := r.Next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			first, newLast, ok := batch.Follow(record, *last)
			if !ok {
				return corrupt.At(name, r.Offset(), "commit %d follows commit %d", first, *last)
			}
			*last = newLast
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

// EmptyTarget returns a directory in which a copy of a store may be made. It makes it, durably. A file LOCK does not
// count: an attempt to open the directory as a store leaves one.
func EmptyTarget(fsys afero.Fs, path string) (*durable.Dir, error) {
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

// Discard removes what a copy that was stopped wrote to its target, so that the copy can be made there later. It does
// nothing after an error of any other kind: then nothing more is written there.
func Discard(target *durable.Dir, names []string, stopped error) error {
	if !cancel.Is(stopped) || target.Poisoned() != nil {
		return nil //nolint:nilerr // the caller has that error
	}
	names = slices.Clone(names)
	slices.Reverse(names) // what makes it a store comes last, and goes first
	return target.WithoutCancel().Remove(names...)
}

// Publish makes the files that were written to a directory durable, and then writes the marker that makes them a store.
// Once the marker is begun, no context stops it: a store is there, or not.
func Publish(target *durable.Dir, marker MadeFile) error {
	if err := target.Sync(); err != nil {
		return err
	}
	target = target.WithoutCancel()
	if err := target.WriteFile(marker.Name, marker.Content); err != nil {
		return err
	}
	return target.Sync()
}

func notEmpty(path string, names []string) error {
	slices.Sort(names)
	return fmt.Errorf("%w: %s holds %s and %d more; name a directory that does not exist (what an attempt that failed "+
		"left behind can be deleted)", ErrTargetNotEmpty, path, names[0], len(names)-1)
}
