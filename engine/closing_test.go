package engine

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/filename"
)

// intoCopy calls a function whenever a file is created in the directory copy.
type intoCopy struct {
	afero.Fs
	call func()
}

func (f *intoCopy) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	if strings.HasPrefix(name, "copy/") && flag&os.O_CREATE != 0 {
		f.call()
	}
	return f.Fs.OpenFile(name, flag, perm)
}

// A checkpoint opens files by name. The next process to open the store after Close may remove them.
func TestCloseWaitsForACheckpoint(t *testing.T) {
	fsys := &intoCopy{Fs: afero.NewMemMapFs()}
	db, err := Open("db", Options{FS: fsys, InlineMaintenance: true})
	require.NoError(t, err)
	require.NoError(t, db.Put([]byte("a"), []byte("1"), NoSync))
	closed := make(chan error, 1)
	files := 0
	fsys.call = func() {
		if files++; files == 1 {
			go func() { closed <- db.Close() }()
			for !db.closing.Load() {
				runtime.Gosched()
			}
		}
		for range 1000 { // enough for a Close that does not wait to return
			runtime.Gosched()
		}
		require.Empty(t, closed, "Close returned while file %d was being created", files)
	}
	require.NoError(t, db.Checkpoint("copy"))
	require.NoError(t, <-closed)
	require.Greater(t, files, 1)
	require.ErrorIs(t, db.Checkpoint("other"), ErrClosed)
}

// By then the directory may belong to another process, which has removed the files itself.
func TestAReaderClosedAfterTheStoreRemovesNothing(t *testing.T) {
	fsys := afero.NewMemMapFs()
	o := Options{FS: fsys, InlineMaintenance: true}
	db, err := Open("db", o)
	require.NoError(t, err)
	for i := range 2 {
		require.NoError(t, db.Put(fmt.Append(nil, i), []byte("1"), Sync))
		require.NoError(t, db.Flush())
	}
	reader, err := db.NewIterator(IterOptions{})
	require.NoError(t, err)
	require.NoError(t, db.Compact())
	require.NoError(t, db.Close())
	again, err := Open("db", o)
	require.NoError(t, err)
	require.NoError(t, again.Verify(), "the next Open removed what the reader still needed")
	require.True(t, reader.First())
	require.NoError(t, reader.Close())
	require.NoError(t, again.Close())
}

// Once this store is closed, files with its names may belong to another store.
func TestAReaderOpensNoFileAfterClose(t *testing.T) {
	fsys := afero.NewMemMapFs()
	o := Options{FS: fsys, InlineMaintenance: true, MaxOpenFiles: 1, Limits: Limits{TableWholeBytes: 1}}
	db, err := Open("db", o)
	require.NoError(t, err)
	for i := range 2 {
		require.NoError(t, db.Put(fmt.Append(nil, i), []byte("1"), Sync))
		require.NoError(t, db.Flush())
	}
	reader, err := db.NewIterator(IterOptions{})
	require.NoError(t, err)
	require.NoError(t, db.Close())
	for reader.First() && reader.Next() { // one of the two tables is not open
	}
	require.ErrorIs(t, errors.Join(reader.Error(), reader.Close()), ErrClosed)
}

// An unreadable marker may be one whose content a crash has lost; then the previous one is valid. But if logs are gone
// that only the newer manifest makes obsolete, the newer marker was durable once.
func TestADamagedMarkerThatWasDurableIsNotIgnored(t *testing.T) {
	fsys := afero.NewMemMapFs()
	o := Options{FS: fsys, InlineMaintenance: true}
	older := map[string][]byte{}
	put := func(key string) {
		db, err := Open("db", o)
		require.NoError(t, err)
		require.NoError(t, db.Put([]byte(key), []byte("1"), Sync))
		require.NoError(t, db.Close())
	}
	put("a")
	logs := map[string][]byte{}
	for _, name := range namesOf(t, fsys) {
		content, err := afero.ReadFile(fsys, "db/"+name)
		require.NoError(t, err)
		switch {
		case strings.HasSuffix(name, filename.LogSuffix):
			logs[name] = content
		default:
			older[name] = content
		}
	}
	put("b")
	names := namesOf(t, fsys)
	newest := names[len(names)-1]
	require.Contains(t, newest, "marker.")
	restore := func(files map[string][]byte) { // a crash may undo a removal
		for name, content := range files {
			require.NoError(t, afero.WriteFile(fsys, "db/"+name, content, 0o644))
		}
	}
	restore(older)
	content, err := afero.ReadFile(fsys, "db/"+newest)
	require.NoError(t, err)
	content[3] ^= 1
	require.NoError(t, afero.WriteFile(fsys, "db/"+newest, content, 0o644))
	_, err = Open("db", o)
	require.ErrorIs(t, err, ErrCorrupt)
	require.ErrorContains(t, err, newest)

	restore(logs)
	db, err := Open("db", o)
	require.NoError(t, err, "the logs are there: a crash may have cut the marker off")
	_, err = db.Get([]byte("a"))
	require.NoError(t, err)
	require.NoError(t, db.Close())
}

func namesOf(t *testing.T, fsys afero.Fs) (names []string) {
	t.Helper()
	infos, err := afero.ReadDir(fsys, "db")
	require.NoError(t, err)
	for _, info := range infos {
		names = append(names, info.Name())
	}
	return names
}
