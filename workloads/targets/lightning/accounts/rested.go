package accounts

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
)

// ErrAtWork is the error of a store that has something left to do.
var ErrAtWork = errors.New("accounts: at work")

// Rested returns an error unless the store in dir is as it promises to be once maintenance has caught up. With inline
// maintenance, no one catches up before the next commit, but files that no one needs must be gone all the same. The options o
// are those that the store was opened with, including the defaults. No one may use the store.
func Rested(db *engine.DB, dir string, o *engine.Options) error {
	m := db.Metrics()
	if m.Poisoned { // it does nothing any more
		return nil
	}
	tables, err := db.Shape()
	blobs, failed := db.BlobFiles()
	if err = errors.Join(err, failed); err != nil {
		return err
	}
	if err := needed(&m, dir, o.FS, tables, blobs); err != nil || o.InlineMaintenance {
		return err
	}
	return errors.Join(caughtUp(&m, o), collected(tables, blobs))
}

// needed returns an error if there is a file that the store does not need.
func needed(m *engine.Metrics, dir string, fsys afero.Fs, tables []engine.TableInfo, blobs []engine.BlobFileInfo) error {
	infos, err := afero.ReadDir(fsys, dir)
	if err != nil {
		return err
	}
	logs := 0
	for _, i := range infos {
		name, needed := i.Name(), true
		switch filepath.Ext(name) {
		case ".sst":
			needed = slices.ContainsFunc(tables, func(t engine.TableInfo) bool { return t.File == name })
		case ".blob":
			needed = slices.ContainsFunc(blobs, func(b engine.BlobFileInfo) bool { return b.File == name })
		case ".log":
			logs++
		}
		if !needed {
			return fmt.Errorf("%w: no one needs %s, but it is there", ErrAtWork, name)
		}
	}
	if most := m.Memtables + 1; m.Flushes > 0 && logs > most { // until then, logs of earlier sessions may be there
		return fmt.Errorf("%w: there are %d logs for %d memtables", ErrAtWork, logs, most)
	}
	return nil
}

// caughtUp returns an error if a flush or a compaction is due or runs.
func caughtUp(m *engine.Metrics, o *engine.Options) error {
	if m.OutOfRoom || m.CompactionsRunning > 0 || m.Commits > 0 && (m.Memtables > 0 || m.Stalled) { // what Open found is flushed by the first commit
		return fmt.Errorf("%w: out of room %t, %d compactions running, %d memtables to flush, writers wait %t", ErrAtWork, m.OutOfRoom, m.CompactionsRunning, m.Memtables, m.Stalled)
	}
	for l, level := range m.Levels {
		most := o.L0CompactionFiles - 1
		if l > 0 {
			most = int(o.Limits.SmallTables) + int(4*level.Bytes/uint64(o.TableBytes))
		}
		if level.Tables > most {
			return fmt.Errorf("%w: level %d has %d tables, and at most %d when maintenance has caught up", ErrAtWork, l, level.Tables, most)
		}
	}
	return nil
}

// collected returns an error if a blob file is mostly garbage. One that a table of level 0 refers to waits until that table
// goes down.
func collected(tables []engine.TableInfo, blobs []engine.BlobFileInfo) error {
	for _, b := range blobs {
		waits := b.Logs || slices.ContainsFunc(tables, func(t engine.TableInfo) bool {
			return t.Level == 0 && slices.ContainsFunc(t.Blobs, func(u engine.BlobUse) bool { return u.File == b.File })
		})
		if !waits && 2*b.GarbageBytes >= b.Bytes {
			return fmt.Errorf("%w: %d of the %d bytes of %s are garbage", ErrAtWork, b.GarbageBytes, b.Bytes, b.File)
		}
	}
	return nil
}
