package inspect

import (
	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
)

// current returns what the current manifest in a directory says; nothing at all if it cannot be read, which Manifest and
// Open complain about.
func current(dir *durable.Dir) (state manifest.State, files *filename.Files) {
	names, err := dir.Names()
	files = filename.Sort(names)
	if err != nil {
		return state, files
	}
	for _, m := range files.Markers { // the newest first
		content, err := dir.ReadFile(m.Name(), manifest.MarkerBytesMax)
		if err != nil || string(content) != string(m.Content()) {
			continue
		}
		name := manifest.FileName(m.Manifest)
		if content, err = dir.ReadFile(name, manifest.FileBytesMax); err != nil {
			return state, files
		}
		if state, _, err = manifest.Load(content, name, m.Manifest); err != nil {
			return manifest.State{}, files
		}
		return state, files
	}
	return state, files
}

// closedAt returns where a log was closed; 0 if that is not known.
func closedAt(log located) int64 {
	state, _ := current(log.dir)
	return state.LogEnd(log.num)
}

// checkMissing reports the logs that were closed and are not in the directory.
func checkMissing(fsys afero.Fs, dir string, r *VerifyReport) {
	state, files := current(durable.NewDir(fsys, dir, nil))
	for _, l := range files.MissingLogs(&state) {
		r.Problems = Problems(r.Problems, corrupt.At(filename.Log(l.Num), 0, "missing, though it was closed at %d", l.Bytes))
	}
}
