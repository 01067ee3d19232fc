package engine

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// flightFS watches the logs of the store db: sync is called before each of their syncs, and opened when one is opened
// for reading.
type flightFS struct {
	afero.Fs
	sync   func() error
	opened func()
}

type flightLog struct {
	afero.File
	fs *flightFS
}

func (f *flightFS) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	file, err := f.Fs.OpenFile(name, flag, perm)
	if filepath.Dir(name) != "db" || filepath.Ext(name) != ".log" || err != nil {
		return file, err
	}
	if flag&(os.O_WRONLY|os.O_RDWR) == 0 {
		f.opened()
	}
	return &flightLog{file, f}, nil
}

func (f *flightFS) Open(name string) (afero.File, error) { return f.OpenFile(name, os.O_RDONLY, 0) }

func (f *flightLog) Sync() error {
	if err := f.fs.sync(); err != nil {
		return err
	}
	return f.File.Sync()
}

// In TestNoCopyContainsAFailedCommit a commit enters the log while a copy is being made, and its sync fails once the copy
// has read the log. The commit never becomes visible, so no copy that contains it may succeed.
func TestNoCopyContainsAFailedCommit(t *testing.T) {
	for name, copies := range map[string]func(*DB) error{
		"checkpoint": func(db *DB) error { return db.Checkpoint("copy") },
		"backup": func(db *DB) error {
			_, err := Backup(db, "copy")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			broken, taken, answer := errors.New("broken disk"), make(chan struct{}), make(chan error)
			fsys := &flightFS{Fs: afero.NewMemMapFs(), sync: func() error { return nil }}
			db, err := Open("db", Options{FS: fsys, InlineMaintenance: true})
			require.NoError(t, err)
			require.NoError(t, db.Put([]byte("before"), nil, NoSync))
			fsys.opened = func() { close(taken) }
			syncs := 0
			fsys.sync = func() error {
				if syncs++; syncs > 1 {
					<-taken
					return broken
				}
				// The copy syncs what was acknowledged before it. The commit in flight enters the log now.
				go func() { answer <- db.Put([]byte("in flight"), nil, Sync) }()
				for db.Metrics().Commits < 2 {
					runtime.Gosched()
				}
				return nil
			}
			assert.ErrorIs(t, copies(db), broken)
			require.ErrorIs(t, <-answer, broken)
			_, err = Open("copy", Options{FS: fsys, ReadOnly: true})
			require.Error(t, err, "no copy may be made")
			_ = db.Close()
		})
	}
}
