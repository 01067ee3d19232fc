package engine_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// restored returns the contents of a backup.
func restored(t *testing.T, fsys afero.Fs, id uint64) map[string]string {
	t.Helper()
	require.NoError(t, fsys.RemoveAll("restored"))
	_, err := engine.Restore("repo", id, "restored", engine.Options{FS: fsys})
	require.NoError(t, err)
	db, err := engine.Open("restored", tiny(fsys))
	require.NoError(t, err)
	require.NoError(t, db.Verify())
	got := contents(t, db)
	require.NoError(t, db.Close())
	return got
}

func TestBackupsAreIncremental(t *testing.T) {
	fsys := afero.NewMemMapFs()
	db := open(t, tiny(fsys))
	fillLevels(t, db, 150)
	require.NoError(t, db.Compact())
	first, err := engine.Backup(db, "repo")
	require.NoError(t, err)
	require.Equal(t, first.Bytes, first.NewBytes)
	want1 := contents(t, db)

	require.NoError(t, db.Put([]byte("more"), []byte("x"), engine.NoSync))
	second, err := engine.Backup(db, "repo")
	require.NoError(t, err)
	require.Greater(t, second.Bytes, first.Bytes)
	require.Less(t, second.NewBytes, first.Bytes/5, "neither tables nor blob files are stored again")
	want2 := contents(t, db)

	require.NoError(t, db.Compact())
	_, err = engine.Backup(db, "repo")
	require.NoError(t, err)
	require.NoError(t, db.Close())
	list, err := engine.Backups("repo", engine.Options{FS: fsys})
	require.NoError(t, err)
	require.Len(t, list, 3)
	require.Equal(t, first, list[0])
	require.Equal(t, second, list[1])
	require.Equal(t, want1, restored(t, fsys, 1))
	require.Equal(t, want2, restored(t, fsys, 2))
	require.Equal(t, want2, restored(t, fsys, 0))
}

func TestTwoStoresWithTheSameNumbersShareARepository(t *testing.T) {
	fsys := afero.NewMemMapFs()
	var want []map[string]string
	for _, name := range []string{"one", "two", "one"} {
		db, err := engine.Open(name, tiny(fsys))
		require.NoError(t, err)
		require.NoError(t, db.Put([]byte("k"), []byte("of "+name), engine.Sync))
		require.NoError(t, db.Compact())
		_, err = engine.Backup(db, "repo")
		require.NoError(t, err)
		want = append(want, contents(t, db))
		require.NoError(t, db.Close())
	}
	for i, w := range want {
		require.Equal(t, w, restored(t, fsys, uint64(i+1)))
	}
}

func TestPruneKeepsWhatIsNeeded(t *testing.T) {
	fsys := afero.NewMemMapFs()
	o := engine.Options{FS: fsys}
	db := open(t, tiny(fsys))
	var want []map[string]string
	for i := range 4 {
		fillLevels(t, db, 30+i*20)
		if i%2 == 0 {
			require.NoError(t, db.Compact())
		}
		_, err := engine.Backup(db, "repo")
		require.NoError(t, err)
		want = append(want, contents(t, db))
	}
	require.NoError(t, db.Close())
	count := func() int {
		names, err := afero.Glob(fsys, "repo/files/*")
		require.NoError(t, err)
		return len(names)
	}
	before := count()
	require.NoError(t, engine.DeleteBackup("repo", 2, o))
	require.ErrorIs(t, engine.DeleteBackup("repo", 2, o), engine.ErrNoBackup)
	_, err := engine.PruneBackups("repo", 0, o)
	require.ErrorIs(t, err, engine.ErrOptions)
	for _, i := range []int{0, 2, 3} {
		require.Equal(t, want[i], restored(t, fsys, uint64(i+1)))
	}
	deleted, err := engine.PruneBackups("repo", 1, o)
	require.NoError(t, err)
	require.Equal(t, []uint64{1, 3}, deleted)
	require.Equal(t, want[3], restored(t, fsys, 4))
	require.Less(t, count(), before)
	list, err := engine.Backups("repo", o)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, list[0].Files, count(), "unneeded files are removed")
}

func become(content string) func([]byte) []byte {
	return func([]byte) []byte { return []byte(content) }
}

func longer(b []byte) []byte { return append(b, 0) }

// Every row damages a repository with one backup. Restore names the damaged file and creates no store.
func TestDamagedRepositories(t *testing.T) {
	for name, c := range map[string]struct {
		pattern string
		change  func([]byte) []byte
		err     error
		listed  bool
	}{
		"a table has a flipped bit":         {"repo/files/*.sst-*", flip(100), engine.ErrCorrupt, true},
		"the log is truncated":              {"repo/files/*.log-*", cut(1), engine.ErrCorrupt, true},
		"the manifest has a flipped bit":    {"repo/files/MANIFEST-*", flip(-1), engine.ErrCorrupt, true},
		"the list has a flipped bit":        {"repo/backup-*.json", flip(60), engine.ErrCorrupt, false},
		"the list lost its checksum":        {"repo/backup-*.json", cut(9), engine.ErrCorrupt, false},
		"the list is empty":                 {"repo/backup-*.json", become(""), engine.ErrCorrupt, false},
		"a table has bytes after its end":   {"repo/files/*.sst-*", longer, engine.ErrCorrupt, true},
		"the marker is from another backup": {"repo/files/marker*", become("x"), engine.ErrCorrupt, true},
	} {
		t.Run(name, func(t *testing.T) {
			fsys, o := sample(t)
			db := open(t, o)
			_, err := engine.Backup(db, "repo")
			require.NoError(t, err)
			names, err := afero.Glob(fsys, c.pattern)
			require.NoError(t, err)
			require.NotEmpty(t, names)
			content, err := afero.ReadFile(fsys, names[0])
			require.NoError(t, err)
			require.NoError(t, afero.WriteFile(fsys, names[0], c.change(content), 0o644))

			list, err := engine.Backups("repo", o)
			if c.listed {
				require.NoError(t, err)
				require.Len(t, list, 1)
			} else {
				require.ErrorIs(t, err, engine.ErrCorrupt)
				require.Empty(t, list)
				_, err = engine.Backup(db, "repo")
				require.ErrorIs(t, err, engine.ErrCorrupt, "it is unknown which files the damaged list needs")
			}
			for id := range uint64(2) {
				_, err = engine.Restore("repo", id, fmt.Sprint("restored", id), o)
				require.ErrorIs(t, err, c.err)
				require.ErrorContains(t, err, filepath.Base(names[0]))
				strict := o
				strict.ErrorIfMissing = true
				_, err = engine.Open(fmt.Sprint("restored", id), strict)
				require.Error(t, err)
			}
			require.NoError(t, engine.DeleteBackup("repo", 1, o))
			_, err = engine.Backup(db, "repo")
			require.NoError(t, err)
			require.NoError(t, db.Close())
		})
	}
}

func TestBackupOfADamagedTableIsRefused(t *testing.T) {
	fsys, o := sample(t)
	db := open(t, o)
	names := find(t, fsys, "*.sst")
	content, err := afero.ReadFile(fsys, names[0])
	require.NoError(t, err)
	require.NoError(t, afero.WriteFile(fsys, names[0], flip(3)(content), 0o644))
	_, err = engine.Backup(db, "repo")
	require.ErrorIs(t, err, engine.ErrCorrupt)
	require.ErrorContains(t, err, filepath.Base(names[0]))
	_, err = engine.Backups("repo", o)
	require.ErrorIs(t, err, engine.ErrNoBackup)
	require.NoError(t, db.Close())
}

func TestADirectoryThatIsNotARepositoryIsRefused(t *testing.T) {
	fsys, o := sample(t)
	db := open(t, o)
	require.NoError(t, afero.WriteFile(fsys, "photos/holiday.jpg", nil, 0o644))
	_, err := engine.Backup(db, "photos")
	require.ErrorIs(t, err, engine.ErrNotARepository)
	_, err = engine.Backup(db, "db")
	require.ErrorIs(t, err, engine.ErrNotARepository, "a store is not a repository")
	require.NoError(t, db.Close())
	_, err = engine.Restore("nowhere", 0, "restored", o)
	require.ErrorIs(t, err, afero.ErrFileNotFound)
	_, err = engine.Backups("photos", o)
	require.ErrorIs(t, err, engine.ErrNotARepository)
}

// TestPowerCutsLeaveWholeBackups cuts the power at every tick of a run of backups and a deletion. Whatever is listed
// can be restored, and whatever was acknowledged is listed.
func TestPowerCutsLeaveWholeBackups(t *testing.T) {
	oneGoroutine(t)
	fsys := faultfs.New(faultfs.Options{})
	o := engine.Options{FS: fsys}
	db := open(t, tiny(fsys))
	type event struct {
		begun, done uint64
		id          uint64
		deletes     bool
	}
	var events []event
	want := map[uint64]map[string]string{}
	step := func(id uint64, deletes bool, do func() error) {
		e := event{begun: fsys.Now(), id: id, deletes: deletes}
		require.NoError(t, do())
		e.done = fsys.Now()
		events = append(events, e)
	}
	for id := uint64(1); id <= 3; id++ {
		fillLevels(t, db, 20)
		require.NoError(t, db.Compact())
		require.NoError(t, db.Put([]byte("last"), fmt.Append(nil, id), engine.Sync))
		want[id] = contents(t, db)
		step(id, false, func() error { _, err := engine.Backup(db, "repo"); return err })
	}
	step(1, true, func() error { return engine.DeleteBackup("repo", 1, o) })
	fillLevels(t, db, 20)
	want[4] = contents(t, db)
	step(4, false, func() error { _, err := engine.Backup(db, "repo"); return err })
	require.NoError(t, db.Close())

	line := faultfs.NewTimeline(fsys, faultfs.Model{}, 0)
	for tick := events[0].begun; tick <= events[len(events)-1].done; tick++ {
		point := line.Advance(tick)
		must, may, under := map[uint64]bool{}, map[uint64]bool{}, false
		for _, e := range events {
			under = under || e.begun < tick && tick <= e.done+1
			switch {
			case e.done <= tick:
				must[e.id], may[e.id] = !e.deletes, !e.deletes
			case e.begun < tick:
				must[e.id], may[e.id] = false, true
			}
		}
		if !under {
			continue
		}
		for try := range uint64(3) {
			image := point.Image(faultfs.ImageOptions{Chooser: faultfs.Seeded(tick*3 + try)})
			judgeRepository(t, image, must, may, want, fmt.Sprintf("tick %d try %d", tick, try))
		}
	}
}

// judgeRepository restores every listed backup, and then makes one more on top of whatever the crash left.
func judgeRepository(
	t *testing.T, fsys afero.Fs, must, may map[uint64]bool, want map[uint64]map[string]string, at string,
) {
	t.Helper()
	list, err := engine.Backups("repo", engine.Options{FS: fsys})
	if err != nil && !isNone(err) {
		require.NoError(t, err, at)
	}
	found := map[uint64]bool{}
	newest := uint64(0)
	for _, b := range list {
		found[b.ID], newest = true, b.ID
		require.True(t, may[b.ID], "%s: backup %d", at, b.ID)
		require.Equal(t, want[b.ID], restored(t, fsys, b.ID), "%s: backup %d", at, b.ID)
	}
	for id, needed := range must {
		require.True(t, found[id] || !needed, "%s: backup %d is lost", at, id)
	}
	db, err := engine.Open("db", tiny(fsys))
	require.NoError(t, err, at)
	info, err := engine.Backup(db, "repo")
	require.NoError(t, err, at)
	require.Equal(t, newest+1, info.ID)
	require.Equal(t, contents(t, db), restored(t, fsys, 0), at)
	require.NoError(t, db.Close())
	for id := range found {
		require.Equal(t, want[id], restored(t, fsys, id), "%s: backup %d after one more", at, id)
	}
}

func isNone(err error) bool {
	return errorsIsAny(err, engine.ErrNoBackup, afero.ErrFileNotFound)
}

func TestEveryMutationOfABackupMayFail(t *testing.T) {
	for n := 0; ; n++ {
		memory := afero.NewMemMapFs()
		db := open(t, tiny(memory))
		fillLevels(t, db, 20)
		_, err := engine.Backup(db, "repo")
		require.NoError(t, err)
		want := map[uint64]map[string]string{1: contents(t, db)}
		fillLevels(t, db, 30)
		require.NoError(t, db.Compact())
		want[2] = contents(t, db)
		require.NoError(t, db.Close())

		fsys := newFaulty(memory, n)
		db = open(t, tiny(fsys))
		_, err = engine.Backup(db, "repo")
		require.NoError(t, db.Close(), "a failed backup does not affect the store")
		made := err == nil
		if made {
			err = engine.DeleteBackup("repo", 1, engine.Options{FS: fsys})
		}
		at := fmt.Sprintf("call %d", n)
		if !fsys.failed() {
			require.NoError(t, err)
			require.Greater(t, n, 20)
			return
		}
		require.ErrorIs(t, err, errInjected, at)
		must, may := map[uint64]bool{1: true}, map[uint64]bool{1: true, 2: true}
		if made {
			must = map[uint64]bool{2: true}
		}
		judgeRepository(t, memory, must, may, want, at)
	}
}
