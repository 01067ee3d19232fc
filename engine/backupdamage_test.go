package engine_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

// A damaged value is not copied into the repository, and one that was damaged there is not restored.
func TestBackupsOfDamagedBlobFilesAreRefused(t *testing.T) {
	fsys := afero.NewMemMapFs()
	db := open(t, tiny(fsys))
	require.NoError(t, db.Put([]byte("k"), pattern(200, 1), engine.Sync))
	require.NoError(t, db.Put([]byte("last"), pattern(200, 2), engine.Sync))
	name := find(t, fsys, "*.blob")[0]
	whole, err := afero.ReadFile(fsys, name)
	require.NoError(t, err)
	_, err = engine.Backup(db, "repo")
	require.NoError(t, err)
	require.NoError(t, db.Flush())
	damaged := flip(100)(append([]byte{}, whole...))
	require.NoError(t, afero.WriteFile(fsys, name, damaged, 0o644))
	_, err = engine.Backup(db, "repo")
	require.ErrorIs(t, err, engine.ErrCorrupt)
	require.ErrorContains(t, err, filepath.Base(name))
	require.NoError(t, afero.WriteFile(fsys, name, whole, 0o644))
	info, err := engine.Backup(db, "repo")
	require.NoError(t, err)
	require.Less(t, info.NewBytes, info.Bytes, "the blob file is stored already")
	stored, err := afero.Glob(fsys, "repo/files/*.blob-*")
	require.NoError(t, err)
	require.Len(t, stored, 1)
	require.NoError(t, afero.WriteFile(fsys, stored[0], damaged, 0o644))
	_, err = engine.Restore("repo", 0, "restored", engine.Options{FS: fsys})
	require.ErrorIs(t, err, engine.ErrCorrupt)
	require.ErrorContains(t, err, filepath.Base(stored[0]))
	require.NoError(t, db.Close())
}

// A file that was lost or truncated in the repository is stored again, which makes the earlier backup whole too.
func TestBackupReplacesMissingAndTruncatedFiles(t *testing.T) {
	for name, damage := range map[string]func(fsys afero.Fs, path string) error{
		"missing": func(fsys afero.Fs, path string) error { return fsys.Remove(path) },
		"cut short": func(fsys afero.Fs, path string) error {
			content, err := afero.ReadFile(fsys, path)
			if err != nil {
				return err
			}
			return afero.WriteFile(fsys, path, content[:len(content)-1], 0o644)
		},
		"empty": func(fsys afero.Fs, path string) error { return afero.WriteFile(fsys, path, nil, 0o644) },
	} {
		t.Run(name, func(t *testing.T) {
			fsys, o := sample(t)
			db := open(t, o)
			first, err := engine.Backup(db, "repo")
			require.NoError(t, err)
			want := contents(t, db)
			names, err := afero.Glob(fsys, "repo/files/*.sst-*")
			require.NoError(t, err)
			require.NoError(t, damage(fsys, names[0]))
			err = engine.VerifyBackups("repo", o)
			require.ErrorIs(t, err, engine.ErrCorrupt)
			require.ErrorContains(t, err, filepath.Base(names[0]))

			second, err := engine.Backup(db, "repo")
			require.NoError(t, err)
			require.Positive(t, second.NewBytes)
			require.Less(t, second.NewBytes, first.NewBytes)
			require.NoError(t, engine.VerifyBackups("repo", o))
			require.Equal(t, want, restored(t, fsys, 1))
			require.Equal(t, want, restored(t, fsys, 2))
			left, err := afero.Glob(fsys, "repo/files/pending-*")
			require.NoError(t, err)
			require.Empty(t, left)
			require.NoError(t, db.Close())
		})
	}
}

func TestVerifyBackupsNamesEveryDamagedFile(t *testing.T) {
	fsys, o := sample(t)
	db := open(t, o)
	for range 2 {
		require.NoError(t, db.Put([]byte("more"), []byte("x"), engine.Sync))
		_, err := engine.Backup(db, "repo")
		require.NoError(t, err)
	}
	require.NoError(t, db.Close())
	require.NoError(t, engine.VerifyBackups("repo", o))
	var damaged []string
	for _, pattern := range []string{"repo/files/*.sst-*", "repo/files/MANIFEST-*", "repo/backup-000001.json"} {
		names, err := afero.Glob(fsys, pattern)
		require.NoError(t, err)
		name := names[len(names)-1]
		content, err := afero.ReadFile(fsys, name)
		require.NoError(t, err)
		require.NoError(t, afero.WriteFile(fsys, name, flip(20)(content), 0o644))
		damaged = append(damaged, name)
		err = engine.VerifyBackups("repo", o)
		require.ErrorIs(t, err, engine.ErrCorrupt)
		for _, name := range damaged {
			require.ErrorContains(t, err, filepath.Base(name))
		}
	}
	require.Error(t, engine.VerifyBackups("nowhere", o))
}

// While a list is damaged, it is unknown what it needs, so only its own backup can be deleted.
func TestADamagedListBlocksDeletion(t *testing.T) {
	fsys, o := sample(t)
	db := open(t, o)
	for range 4 {
		_, err := engine.Backup(db, "repo")
		require.NoError(t, err)
	}
	want := contents(t, db)
	require.NoError(t, db.Close())
	for _, name := range []string{"repo/backup-000002.json", "repo/backup-000003.json"} {
		require.NoError(t, afero.WriteFile(fsys, name, []byte("x"), 0o644))
	}
	refused := func(id uint64) {
		deleted, err := engine.PruneBackups("repo", 1, o)
		require.ErrorIs(t, err, engine.ErrCorrupt)
		require.ErrorContains(t, err, "backup-000003.json")
		require.Empty(t, deleted)
		require.ErrorIs(t, engine.DeleteBackup("repo", id, o), engine.ErrCorrupt)
		require.Equal(t, want, restored(t, fsys, id))
	}
	refused(1)
	require.NoError(t, engine.DeleteBackup("repo", 2, o))
	refused(4)
	require.NoError(t, engine.DeleteBackup("repo", 3, o))
	require.ErrorIs(t, engine.DeleteBackup("repo", 0, o), engine.ErrNoBackup)
	deleted, err := engine.PruneBackups("repo", 1, o)
	require.NoError(t, err)
	require.Equal(t, []uint64{1}, deleted)
	require.Equal(t, want, restored(t, fsys, 4))
}

// Backups that a failed prune returns as deleted are gone; all others are listed and can be restored. A backup that
// failed while it replaced a lost file leaves nothing that a later one takes for whole.
func TestEveryMutationOfAPruneAndOfAReplacingBackupMayFail(t *testing.T) {
	for n := 0; ; n++ {
		fsys, o := sample(t)
		db := open(t, o)
		for range 3 {
			_, err := engine.Backup(db, "repo")
			require.NoError(t, err)
		}
		want := contents(t, db)
		require.NoError(t, db.Close())
		faulty := newFaulty(fsys, n)
		deleted, err := engine.PruneBackups("repo", 1, engine.Options{FS: faulty})
		list, listErr := engine.Backups("repo", o)
		require.NoError(t, listErr)
		if err != nil {
			require.ErrorIs(t, err, errInjected)
		}
		gone := map[uint64]bool{}
		for _, id := range deleted {
			gone[id] = true
		}
		for _, b := range list {
			require.False(t, gone[b.ID], "call %d: backup %d", n, b.ID)
		}
		names, globErr := afero.Glob(fsys, "repo/files/*.sst-*")
		require.NoError(t, globErr)
		require.NoError(t, fsys.Remove(names[0]))
		o.FS = faulty
		db = open(t, o)
		_, err = engine.Backup(db, "repo")
		require.NoError(t, db.Close())
		if !faulty.failed() {
			require.NoError(t, err)
			require.Greater(t, n, 10)
			return
		}
		o.FS = fsys
		db = open(t, o)
		_, err = engine.Backup(db, "repo")
		require.NoError(t, err)
		require.NoError(t, db.Close())
		require.NoError(t, engine.VerifyBackups("repo", o), "call %d", n)
		require.Equal(t, want, restored(t, fsys, 3), "call %d", n)
	}
}

func TestAPoisonedStoreIsCopiedAfterOpeningItReadOnly(t *testing.T) {
	fsys, o := sample(t)
	o.FS = newFaulty(fsys, 12)
	db := open(t, o)
	var err error
	for i := 0; err == nil && i < 100; i++ {
		err = db.Put([]byte("more"), fmt.Append(nil, i), engine.Sync)
	}
	require.ErrorIs(t, err, errInjected)
	require.ErrorIs(t, db.Checkpoint("copy"), engine.ErrPoisoned)
	_, err = engine.Backup(db, "repo")
	require.Error(t, err)
	_ = db.Close()
	o.FS, o.ReadOnly = fsys, true
	db = open(t, o)
	want := contents(t, db)
	require.NoError(t, fsys.RemoveAll("copy"))
	require.NoError(t, db.Checkpoint("copy"))
	_, err = engine.Backup(db, "repo")
	require.NoError(t, err)
	require.NoError(t, db.Close())
	require.Equal(t, want, restored(t, fsys, 0))
}
