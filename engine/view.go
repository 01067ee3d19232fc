package engine

import (
	"errors"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/invariant"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// acquire returns the current view, which must be released. It takes no lock.
//
// A reader must acquire the view before it loads the visible sequence number. Commits that go to a newer memtable in
// between have numbers up to that one but are not in the view, and the reader sees none of them. Since they follow all
// commits in the view, it still sees the store at one instant. In the other order, a flush or compaction in between
// could drop versions that are hidden at present but that the reader, at its older sequence number, needs.
func (db *DB) acquire() (*view.View, error) {
	for !db.closing.Load() {
		v := db.view.Load()
		if v == nil {
			break
		}
		if refs := v.Refs.Load(); refs > 0 && v.Refs.CompareAndSwap(refs, refs+1) {
			return v, nil
		}
	}
	return nil, ErrClosed
}

// release gives up a view and removes the files that no reader needs any longer.
func (db *DB) release(v *view.View) error {
	if v.Refs.Add(-1) > 0 {
		return nil
	}
	if err := db.dropLast(v); err != nil {
		return err
	}
	return db.removeObsolete()
}

// drop gives up a view. It closes the tables that no reader needs any longer and declares those that are not live
// obsolete.
func (db *DB) drop(v *view.View) error {
	if v.Refs.Add(-1) > 0 {
		return nil
	}
	return db.dropLast(v)
}

// dropLast releases what a view held, once it has no users.
func (db *DB) dropLast(v *view.View) error {
	errs := []error{db.dropMems(v.Mems)}
	if v.Version.Refs.Add(-1) > 0 {
		return errors.Join(errs...)
	}
	for _, level := range v.Version.Levels {
		for _, t := range level {
			if t.Refs.Add(-1) == 0 {
				errs = append(errs, db.retire(t))
			}
		}
	}
	return errors.Join(append(errs, db.letGo(v.Version.Blobs...))...)
}

func (db *DB) retire(t *view.Table) error {
	err := t.File.Close()
	db.mu.Lock()
	defer db.mu.Unlock()
	delete(db.mu.tables, t.Num)
	if t.Dead.Load() {
		db.mu.obsolete = append(db.mu.obsolete, filename.Table(t.Num))
	}
	return err
}

// removeObsolete removes obsolete files, with a single directory sync for all of them. Once the store is closed it
// leaves them to the next Open, because another process may own the directory by then.
func (db *DB) removeObsolete() error {
	db.removing.RLock()
	defer db.removing.RUnlock()
	if db.view.Load() == nil {
		return nil
	}
	db.mu.Lock()
	names := db.mu.obsolete
	db.mu.obsolete = nil
	db.mu.leaving = append(db.mu.leaving, names...)
	db.mu.Unlock()
	if len(names) == 0 {
		return nil
	}
	if err := db.dir.Poisoned(); err != nil {
		return nil // a reader need not know that the store is poisoned; the next Open removes the files
	}
	slices.Sort(names)
	if err := db.dir.Remove(names...); err != nil {
		return err
	}
	db.mu.Lock()
	db.mu.leaving = slices.DeleteFunc(db.mu.leaving, func(name string) bool { return slices.Contains(names, name) })
	db.mu.Unlock()
	for _, name := range names {
		if num, ok := filename.Parse(name, filename.TableSuffix); ok {
			db.counters.tablesDeleted.Add(1)
			notify(db.opts.EventListener.TableDeleted, num)
		}
		if num, ok := filename.Parse(name, filename.BlobSuffix); ok {
			db.counters.blobFilesDeleted.Add(1)
			notify(db.opts.EventListener.BlobFileDeleted, num)
		}
	}
	return nil
}

// releaseLast releases the current view for good.
func (db *DB) releaseLast() error {
	db.removing.Lock()
	defer db.removing.Unlock()
	db.mu.Lock()
	v := db.view.Swap(nil)
	db.mu.Unlock()
	if v == nil {
		return nil
	}
	return db.drop(v)
}

// show replaces the current view. It returns the previous one, which the caller must drop. The caller holds mu.
func (db *DB) show(mems []*view.Mem, ver *view.Version) (before *view.View) {
	before = db.view.Load()
	next := &view.View{Mems: mems, Version: ver}
	next.Refs.Add(1)
	ver.Refs.Add(1)
	showMems(mems)
	db.view.Store(next)
	db.changed.Broadcast()
	return before
}

// newVersion builds a version from the tables listed in the state, all of which are open. The caller holds mu.
func (db *DB) newVersion(s *manifest.State) *view.Version {
	v := &view.Version{Registry: &db.blobs}
	for l, level := range s.Levels {
		if len(level) == 0 {
			continue
		}
		v.Levels[l] = make([]*view.Table, len(level))
		for i := range level {
			t := db.mu.tables[level[i].Num]
			t.Refs.Add(1)
			v.Levels[l][i] = t
			if len(t.Reader.Ranges()) > 0 {
				v.Ranges.Tables = append(v.Ranges.Tables, t)
			}
		}
	}
	if len(s.BlobFiles) > 0 {
		v.LiveBlobs = s.LiveBlobs()
		files := db.blobs.All()
		for _, b := range s.BlobFiles {
			f := files[b.Num]
			invariant.Check(f != nil, "I15: a blob file that tables refer to is open")
			f.Holds++
			v.Blobs = append(v.Blobs, f)
		}
	}
	return v
}

// showActive puts a new memtable in front of the others.
func (db *DB) showActive(m *view.Mem) error {
	db.mu.Lock()
	mems := append([]*view.Mem{m}, db.view.Load().Mems...)
	before := db.show(mems, db.view.Load().Version)
	db.mu.Unlock()
	return db.drop(before)
}

// frozen returns the memtables waiting for a flush, oldest first.
func (db *DB) frozen() []*view.Mem {
	db.mu.Lock()
	defer db.mu.Unlock()
	return slices.Clone(db.mu.frozen)
}
