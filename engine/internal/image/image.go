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

// ErrTargetNotEmpty is returned for a directory that is not empty.
var ErrTargetNotEmpty = errors.New("engine: target is not empty")

// Image is a store at one instant: every commit up to then and none after it. See the package documentation.
type Image struct {
	Dir      *durable.Dir // the directory of the store
	View     *view.View   // keeps the tables alive, and the blob files that they and the memtables refer to
	Release  func() error // releases the view
	State    manifest.State
	Blobs    []*view.BlobFile // the files that tables or logs refer to, in order of their numbers
	Manifest uint64           // the number of the image's manifest
	logs     []Log
}

// Log is a log that receives no more commits. The open file stays readable after its name is removed.
type Log struct {
	Num  uint64
	File afero.File
	End  int64 // where it was closed; 0 if unknown
}

// Close releases what the image holds.
func (im *Image) Close() error {
	var errs []error
	for _, l := range im.logs {
		errs = append(errs, l.File.Close())
	}
	return errors.Join(append(errs, im.Release())...)
}

// AddLog adds an open log of the store. The image closes it.
func (im *Image) AddLog(l Log) { im.logs = append(im.logs, l) }

// KeptFile is a file of the store that is part of the image unchanged.
type KeptFile struct {
	Name   string
	Verify func(context.Context) error // verifies its checksums
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

// Made calls do for each file that is made for the image, except the marker, one at a time. The manifest records where
// the logs end.
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

// Marker returns the marker, which turns the copy into a store. It must be written when everything else is durable.
func (im *Image) Marker() MadeFile {
	m := manifest.Marker{Num: 1, Manifest: im.Manifest}
	return MadeFile{m.Name(), m.Content()}
}

// rewrite returns the records of a log as a new file, or nil if there are none. The first record must follow *last,
// which is updated to the sequence number of the last one.
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

// EmptyTarget returns a directory for a copy of a store, creating it durably if it is missing. A LOCK file in it is
// allowed: an attempt to open the directory as a store leaves one.
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

// Discard removes the files of a copy that was stopped by its context, so that the target can be used again. After any
// other error it does nothing, because nothing more may be written there.
func Discard(target *durable.Dir, names []string, stopped error) error {
	if !cancel.Is(stopped) || target.Poisoned() != nil {
		return nil //nolint:nilerr // the caller reports that error
	}
	names = slices.Clone(names)
	slices.Reverse(names) // the marker was written last and is removed first
	return target.WithoutCancel().Remove(names...)
}

// Publish makes the files written to a directory durable and then writes the marker that turns them into a store. From
// the marker on it ignores the context, so that it never leaves a marker half written.
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
	return fmt.Errorf("%w: %s holds %s and %d more; name a directory that does not exist (files left by a "+
		"failed attempt can be deleted)", ErrTargetNotEmpty, path, names[0], len(names)-1)
}
