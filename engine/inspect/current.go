package inspect

import (
	"errors"
	"io/fs"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
)

// current returns the state in the current manifest of a directory. The state is empty if the manifest is missing or
// damaged, which Manifest and Open report. The error is one from the filesystem, which leaves the state unknown.
func current(dir *durable.Dir) (state manifest.State, files *filename.Files, err error) {
	names, err := dir.Names()
	files = filename.Sort(names)
	if err != nil {
		return state, files, err
	}
	for _, m := range files.Markers { // newest first
		content, err := dir.ReadFile(m.Name(), manifest.MarkerBytesMax)
		if unread(err) {
			return state, files, err
		}
		if err != nil || string(content) != string(m.Content()) {
			continue
		}
		name := manifest.FileName(m.Manifest)
		content, err = dir.ReadFile(name, manifest.FileBytesMax)
		if unread(err) {
			return state, files, err
		}
		if err == nil {
			state, _, err = manifest.Load(content, name, m.Manifest)
		}
		if err != nil {
			return manifest.State{}, files, nil //nolint:nilerr // see above
		}
		return state, files, nil
	}
	return state, files, nil
}

// unread reports whether an error means that the file could not be read, so that its content may be intact.
func unread(err error) bool {
	return err != nil && !errors.Is(err, corrupt.Err) && !errors.Is(err, fs.ErrNotExist)
}

// closedAt returns where a log was closed, or 0 if unknown.
func closedAt(log located) (int64, error) {
	state, _, err := current(log.dir)
	return state.LogEnd(log.num), err
}

// checkMissing reports closed logs that are missing from the directory.
func checkMissing(fsys afero.Fs, dir string, r *VerifyReport) error {
	state, files, err := current(durable.NewDir(fsys, dir, nil))
	for _, l := range files.MissingLogs(&state) {
		r.Problems = Problems(r.Problems, corrupt.At(filename.Log(l.Num), 0, "missing, although it was closed at %d", l.Bytes))
	}
	return err
}
