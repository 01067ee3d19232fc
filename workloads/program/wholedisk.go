package program

import (
	"errors"
	"maps"
	"os"
	"slices"
	"sync"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// WholeDisk syncs everything on a disk that was changed since it was last synced.
type WholeDisk struct {
	fs    *faultfs.FS
	mu    sync.Mutex
	seen  int                  // number of operations of the trace that dirty accounts for
	dirty map[faultfs.Ino]bool // files and directories changed since they were synced
}

// NewWholeDisk returns a WholeDisk for a disk that has not been changed so far, or whose trace has all changes.
func NewWholeDisk(fs *faultfs.FS) *WholeDisk {
	return &WholeDisk{fs: fs, dirty: map[faultfs.Ino]bool{}}
}

// SyncAll syncs every file and every directory that was changed since it was last synced, as sync(2) does: files first,
// each kind in the order of inode numbers.
func (w *WholeDisk) SyncAll() (err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	trace := w.fs.Trace()
	for i := range trace[w.seen:] {
		op := &trace[w.seen+i]
		switch {
		case op.Kind == faultfs.OpSync && op.Fault == faultfs.NoEffect:
			delete(w.dirty, op.Ino)
		case len(op.Data) > 0 || op.Size != op.OldSize || op.Attr != nil:
			w.dirty[op.Ino] = true
		}
		for _, e := range op.Edits {
			w.dirty[e.Parent] = true
		}
	}
	w.seen = len(trace)
	var files, dirs []faultfs.Inode
	for _, ino := range slices.Sorted(maps.Keys(w.dirty)) {
		switch i, ok := w.fs.Inode(ino); {
		case !ok:
		case i.Known().Dir:
			dirs = append(dirs, i)
		default:
			files = append(files, i)
		}
	}
	for _, i := range append(files, dirs...) {
		err = errors.Join(err, syncInode(i))
	}
	return err
}

func syncInode(i faultfs.Inode) error {
	f, err := i.Open(os.O_RDONLY)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
