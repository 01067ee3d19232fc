package engine_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"syscall"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

// fullDisk is a disk that becomes full after a number of calls that need space. Files and bytes can still be removed
// and synced, but not added. A write that finds no room stores half of its bytes.
type fullDisk struct {
	afero.Fs
	left    int  // calls until it is full; never if negative
	refused int  // number of refused calls
	zeros   bool // only writes of zeros are refused
}

func (d *fullDisk) need() error {
	if d.left == 0 {
		d.refused++
		return syscall.ENOSPC
	}
	d.left--
	return nil
}

func (d *fullDisk) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	if flag&os.O_CREATE != 0 && !d.zeros {
		if err := d.need(); err != nil {
			return nil, &os.PathError{Op: "open", Path: name, Err: err}
		}
	}
	f, err := d.Fs.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return &fullDiskFile{File: f, disk: d}, nil
}

type fullDiskFile struct {
	afero.File
	disk *fullDisk
}

func (f *fullDiskFile) Write(p []byte) (int, error) {
	return f.write(p, f.File.Write)
}

func (f *fullDiskFile) WriteAt(p []byte, off int64) (int, error) {
	return f.write(p, func(p []byte) (int, error) { return f.File.WriteAt(p, off) })
}

func (f *fullDiskFile) write(p []byte, write func([]byte) (int, error)) (int, error) {
	if f.disk.zeros && len(bytes.Trim(p, "\x00")) > 0 {
		return write(p)
	}
	if err := f.disk.need(); err != nil {
		n, _ := write(p[:len(p)/2])
		return n, &os.PathError{Op: "write", Path: f.Name(), Err: err}
	}
	return write(p)
}

// fullStore is a store with commits in tables on several levels, in blob files with garbage, and in a log.
func fullStore(t *testing.T, o engine.Options) (db *engine.DB, want map[string]string) {
	t.Helper()
	want = map[string]string{}
	db = open(t, o)
	for i := range 200 {
		k := fmt.Sprintf("k%03d", i*7%90)
		want[k] = fmt.Sprintf("value %d%*s", i, i%8*10, "")
		require.NoError(t, db.Put([]byte(k), []byte(want[k]), engine.NoSync))
	}
	require.NoError(t, db.Put([]byte("log"), []byte("only there"), engine.Sync))
	want["log"] = "only there"
	return db, want
}

func TestAFullDiskLosesNothing(t *testing.T) {
	oneGoroutine(t)
	for name, c := range map[string]struct {
		action   func(db *engine.DB, o engine.Options) error
		atLeast  int // calls that need space
		goesOn   int // calls after which the store can continue; -1 for all of them
		mayExist string
	}{
		"a flush":                             {func(db *engine.DB, _ engine.Options) error { return db.Flush() }, 4, 3, ""},
		"a compaction that moves blob values": {func(db *engine.DB, _ engine.Options) error { return db.Compact() }, 20, 15, ""},
		"a large value":                       {putLarge, 3, 2, "large"},
		"a synced commit":                     {putSmall, 1, 0, "small"},
		"a checkpoint":                        {func(db *engine.DB, _ engine.Options) error { return db.Checkpoint("copy") }, 8, -1, ""},
		"the first commit of a session":       {reopenAndPut, 6, 0, "small"},
		"the first large commit of a session": {reopenAndPutLarge, 7, 0, "large"},
	} {
		t.Run(name, func(t *testing.T) {
			wentOn := 0
			for n := 0; ; n++ {
				disk := &fullDisk{Fs: afero.NewMemMapFs(), left: -1}
				o := tiny(disk)
				db, want := fullStore(t, o)
				disk.left = n
				err := c.action(db, o)
				if disk.refused == 0 {
					require.NoError(t, err)
					require.GreaterOrEqual(t, n, c.atLeast, "the action makes as many calls as expected")
					_ = db.Close() // the action may have closed it
					require.GreaterOrEqual(t, wentOn, c.goesOn)
					return
				}
				require.ErrorIs(t, err, syscall.ENOSPC, "call %d", n)
				disk.left = -1
				later := db.Put([]byte("log"), []byte("only there"), engine.Sync)
				switch {
				case errors.Is(later, engine.ErrClosed): // the action closed it
				case errors.Is(err, engine.ErrNoRoom):
					wentOn++
					require.NoError(t, later, "call %d: there is room again", n)
					require.NoError(t, c.action(db, o), "call %d: the action succeeds when repeated", n)
				case c.goesOn < 0:
					require.NoError(t, later, "call %d", n)
				default:
					require.ErrorIs(t, later, engine.ErrPoisoned, "call %d", n)
				}
				_ = db.Close()
				disk.left = 0
				checkStore(t, o, want, c.mayExist, n)
				disk.left = -1
				checkStore(t, o, want, c.mayExist, n)
				checkWorks(t, o, want)
			}
		})
	}
}

func putSmall(db *engine.DB, _ engine.Options) error {
	return db.Put([]byte("small"), []byte("x"), engine.Sync)
}

func putLarge(db *engine.DB, _ engine.Options) error {
	return db.Put([]byte("large"), bytes.Repeat([]byte("x"), 1000), engine.Sync)
}

func reopenAndPut(db *engine.DB, o engine.Options) error { return reopenAnd(db, o, putSmall) }

func reopenAndPutLarge(db *engine.DB, o engine.Options) error { return reopenAnd(db, o, putLarge) }

// reopenAnd closes the store with as much room as that needs.
func reopenAnd(db *engine.DB, o engine.Options, put func(*engine.DB, engine.Options) error) error {
	disk := o.FS.(*fullDisk)
	left := disk.left
	disk.left = -1
	if err := db.Close(); err != nil {
		return err
	}
	again, err := engine.Open("db", o)
	if err != nil {
		return err
	}
	disk.left = left
	err = put(again, o)
	if disk.refused == 0 {
		disk.left = -1
	}
	return errors.Join(err, again.Close())
}

// checkStore opens the store, on a disk that may be full, and compares everything.
func checkStore(t *testing.T, o engine.Options, want map[string]string, mayExist string, call int) {
	t.Helper()
	db, err := engine.Open("db", o)
	require.NoError(t, err, "call %d", call)
	got := shown(t, db)
	got = slices.DeleteFunc(got, func(k string) bool { return k == mayExist })
	require.Len(t, got, len(want), "call %d", call)
	for k, v := range want {
		value, err := db.Get([]byte(k))
		require.NoError(t, err, "call %d: %s", call, k)
		require.Equal(t, v, string(value), "call %d: %s", call, k)
	}
	require.NoError(t, db.Verify(), "call %d", call)
	_ = db.Close()
}

func checkWorks(t *testing.T, o engine.Options, want map[string]string) {
	t.Helper()
	want = maps.Clone(want)
	db := open(t, o)
	require.NoError(t, db.Put([]byte("after"), []byte("there is room again"), engine.Sync))
	require.NoError(t, db.Compact())
	require.NoError(t, db.Verify())
	value, err := db.Get([]byte("after"))
	require.NoError(t, err)
	require.Equal(t, "there is room again", string(value))
	require.NoError(t, db.Close())
	want["after"] = "there is room again"
	checkStore(t, o, want, "large", 0)
}

// Zeros written ahead of a log only make later syncs faster. Lack of room for them fails no commit that has room
// itself.
func TestNoRoomForZerosFailsNoCommit(t *testing.T) {
	disk := &fullDisk{Fs: afero.NewMemMapFs(), left: 0, zeros: true}
	o := engine.Options{FS: disk, InlineMaintenance: true}
	db := open(t, o)
	want := bytes.Repeat([]byte("v"), 1000)
	for i := range 100 {
		require.NoError(t, db.Put(fmt.Appendf(nil, "k%02d", i), want, engine.Sync))
	}
	require.Equal(t, 1, disk.refused, "writing zeros is tried once")
	require.NoError(t, db.Close())
	disk.left = -1
	db = open(t, o)
	require.Len(t, shown(t, db), 100)
	require.NoError(t, db.Verify())
	require.NoError(t, db.Close())
}
