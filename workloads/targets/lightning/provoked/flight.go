package provoked

import (
	"errors"
	"os"
	"path/filepath"
	"sync"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// flight checks what happens to a commit in flight when the disk fails, in an order of events that clients rarely meet
// by chance: the disk waits until the other event has happened.
func flight() error {
	return errors.Join(
		copyInFlight(
			func(db *engine.DB) error { return db.Checkpoint(copyDir) },
			func(*faultfs.FS) error { return nil },
		),
		copyInFlight(
			func(db *engine.DB) error { _, err := engine.Backup(db, repoDir); return err },
			func(left *faultfs.FS) error {
				_, err := engine.Restore(repoDir, 0, copyDir, options(left, true))
				return err
			},
		),
	)
}

var errDisk = errors.New("provoked: the disk fails")

// slowLogs is a filesystem that calls a function, if it is set, before each sync of a log and before each opening of a
// log for reading.
type slowLogs struct {
	afero.Fs
	mu          sync.Mutex
	sync, opens func() error
}

type slowLog struct {
	afero.File
	fs *slowLogs
}

func (f *slowLogs) call(which func() func() error) error {
	f.mu.Lock()
	do := which()
	f.mu.Unlock()
	if do == nil {
		return nil
	}
	return do()
}

func (f *slowLogs) set(sync, opens func() error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sync, f.opens = sync, opens
}

func (f *slowLogs) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	file, err := f.Fs.OpenFile(name, flag, perm)
	if filepath.Dir(name) != "db" || filepath.Ext(name) != ".log" || err != nil {
		return file, err
	}
	if flag&(os.O_WRONLY|os.O_RDWR) == 0 {
		if err := f.call(func() func() error { return f.opens }); err != nil {
			return nil, errors.Join(err, file.Close())
		}
	}
	return &slowLog{file, f}, nil
}

func (f *slowLogs) Open(name string) (afero.File, error) { return f.OpenFile(name, os.O_RDONLY, 0) }

func (l *slowLog) Sync() error {
	if err := l.fs.call(func() func() error { return l.fs.sync }); err != nil {
		return err
	}
	return l.File.Sync()
}

// copyInFlight makes a copy while a commit is in the log but not synced. The sync fails after the copy has read the
// log, so the copy must not contain the commit. restore makes copyDir out of the copy if it is a backup.
func copyInFlight(copies func(*engine.DB) error, restore func(left *faultfs.FS) error) error {
	disk := newDisk()
	fsys := &slowLogs{Fs: disk}
	var causes []error
	db, err := engine.Open(storeDir, engine.Options{
		FS: fsys, InlineMaintenance: true, LogAheadBytes: -1,
		EventListener: &engine.EventListener{BackgroundError: func(err error) { causes = append(causes, err) }},
	})
	if err != nil {
		return err
	}
	err = db.Put([]byte("before"), nil, engine.NoSync)
	var mu sync.Mutex
	syncs, taken, answer := 0, false, make(chan error, 1)
	fsys.set(func() error {
		mu.Lock()
		syncs++
		n := syncs
		mu.Unlock()
		if n > 1 {
			soon(func() bool { mu.Lock(); defer mu.Unlock(); return taken })
			return errDisk
		}
		// This sync is the copy's own and covers what was acknowledged before. Now start the commit that will be in flight.
		go func() { answer <- db.Put([]byte("in flight"), nil, engine.Sync) }()
		soon(func() bool { return db.Metrics().Commits > 1 })
		return nil
	}, func() error {
		mu.Lock()
		defer mu.Unlock()
		taken = true
		return nil
	})
	made := copies(db)
	mu.Lock()
	begun := syncs > 0
	mu.Unlock()
	if !begun { // no commit was started, so no answer will come
		return errors.Join(wrong("a copy was made of commits in a log without syncing it"), made, db.Close())
	}
	failed := <-answer
	fsys.set(nil, nil)
	cut := torture.PowerCut{
		Disk: disk, Model: faultfs.Model{Profile: faultfs.LoseAll()}, Tick: disk.Now(),
		Holds: func(left *faultfs.FS, _ uint64) error { return notAhead(left, restore) },
	}
	_ = db.Close() // the store is poisoned, so Close reports the failed sync again
	if err == nil && (len(causes) != 1 || !errors.Is(causes[0], errDisk)) {
		err = wrong("a sync failed once, but the listener was told of %v", causes)
	}
	if err == nil && made == nil && failed != nil {
		err = errors.Join(wrong("a copy succeeded although it may contain a commit in flight that failed (%w)", failed), cut.Check())
	}
	return err
}

// notAhead returns an error if a copy has the commit in flight after a power cut, and the store does not.
func notAhead(left *faultfs.FS, restore func(left *faultfs.FS) error) error {
	if err := restore(left); err != nil {
		return nil //nolint:nilerr // the copy was not finished
	}
	if inFlight(left, copyDir) && !inFlight(left, storeDir) {
		return wrong("after a power cut, the copy has a commit that the store has lost")
	}
	return nil
}

// inFlight reports whether a store opens and has the commit that was in flight.
func inFlight(fsys afero.Fs, dir string) (has bool) {
	o := options(fsys, true)
	o.ErrorIfMissing = true
	db, err := engine.Open(dir, o)
	if err != nil {
		return false
	}
	_, err = db.Get([]byte("in flight"))
	return errors.Join(err, db.Close()) == nil
}
