package accounts_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning/accounts"
)

// kept is a store with the book that records what is done to it.
type kept struct {
	*engine.DB
	fs   afero.Fs
	o    engine.Options
	book accounts.Book
	rows map[string]string
}

func open(t *testing.T) *kept {
	k := &kept{fs: afero.NewMemMapFs(), rows: map[string]string{}}
	k.o = engine.Options{
		FS: k.fs, InlineMaintenance: true, MemtableBytes: 4 << 10, TableBytes: 2 << 10, BlobValueBytes: 300, BlobFileBytes: 2 << 10,
		EventListener: k.book.Listener(), Clock: k.book.Clock(),
	}
	k.o.EnsureDefaults()
	db, err := engine.Open("db", k.o)
	require.NoError(t, err)
	k.DB = db
	return k
}

// put commits a pair and notes it in the book.
func (k *kept) put(t *testing.T, key, value string) {
	require.NoError(t, k.Put([]byte(key), []byte(value), engine.NoSync))
	k.book.Commit(1, len(key)+len(value))
	k.rows[key] = value
}

func (k *kept) fill(t *testing.T) {
	for i := range 200 {
		k.put(t, fmt.Sprintf("k%03d", i%70), strings.Repeat("v", i*i%500))
	}
	require.NoError(t, k.DeleteRange([]byte("k010"), []byte("k020"), engine.Sync))
	k.book.Commit(1, 8)
	require.NoError(t, k.Compact())
	require.EqualValues(t, 1, k.book.Whole())
	require.NoError(t, accounts.Compacted(k.DB, true))
	require.NoError(t, k.Delete([]byte("k001"), engine.Sync))
	k.book.Commit(1, 4)
	require.NoError(t, k.Flush())
	require.NoError(t, k.DeleteRange([]byte("k030"), []byte("k035"), engine.Sync))
	k.book.Commit(1, 8)
	require.NoError(t, k.Flush())
	require.NoError(t, k.DeleteRange([]byte("k040"), []byte("k042"), engine.Sync))
	k.book.Commit(1, 8)
	k.put(t, "k002", "in a log")
}

func (k *kept) state(t *testing.T) *history.State {
	s := &history.State{}
	it, err := k.NewIterator(engine.IterOptions{})
	require.NoError(t, err)
	for ok := it.First(); ok; ok = it.Next() {
		s.Append(it.Key(), it.Value())
	}
	require.NoError(t, it.Close())
	return s
}

func TestAccountsOfAHealthyStoreAgree(t *testing.T) {
	k := open(t)
	require.NoError(t, accounts.Open(k.DB, "db", &k.book, k.o))
	k.fill(t)
	require.NoError(t, accounts.Open(k.DB, "db", &k.book, k.o))
	s := k.state(t)
	require.ErrorContains(t, accounts.Checkpointed(k.fs, "copy", &k.book), "no event")
	require.NoError(t, k.Checkpoint("copy"))
	require.NoError(t, accounts.Checkpointed(k.fs, "copy", &k.book))
	require.NoError(t, afero.WriteFile(k.fs, "copy/another", nil, 0o644))
	require.ErrorContains(t, accounts.Checkpointed(k.fs, "copy", &k.book), "files of the checkpoint")
	require.NoError(t, k.Close())
	require.NoError(t, accounts.Files("db", k.o, s))
	k.o.EventListener, k.o.Clock = nil, nil
	db, err := engine.Open("db", k.o)
	require.NoError(t, err)
	require.NoError(t, db.Close())
	require.NoError(t, accounts.Files("db", k.o, s), "reopening may have moved the log's content to a table")
}

func TestErrorsNameTheFigureThatIsWrong(t *testing.T) {
	k := open(t)
	k.fill(t)
	require.NoError(t, k.Put([]byte("k"), nil, engine.Sync)) // not noted in the book
	require.ErrorContains(t, accounts.Open(k.DB, "db", &k.book, k.o), "commits: 206, want 205")
	k.book.Commit(1, 1)
	require.ErrorContains(t, accounts.Compacted(k.DB, true), "which hide nothing: 1, want 0", "there were commits after the compaction")
	k.book.Clock()()
	k.book.Clock()()
	require.ErrorContains(t, accounts.Open(k.DB, "db", &k.book, k.o), "syncs: ", "the test read the clock too")
	k = open(t)
	k.fill(t)
	snapshot := k.NewSnapshot()
	require.ErrorContains(t, accounts.Open(k.DB, "db", &k.book, k.o), "open snapshots: 1, want 0")
	snapshot.Close()
	require.NoError(t, accounts.Open(k.DB, "db", &k.book, k.o))
	s := k.state(t)
	require.NoError(t, k.Close())
	require.NoError(t, accounts.Files("db", k.o, s))

	more := s.Clone()
	more.Append([]byte("zz"), nil)
	require.ErrorContains(t, accounts.Files("db", k.o, more), `the store shows "zz", but no file has it`)
	less := s.Clone()
	less.CutAt([]byte("k060"))
	require.ErrorContains(t, accounts.Files("db", k.o, less), "live keys in the files")
	gone := &history.State{}
	gone.Append([]byte("k015"), nil)
	require.ErrorIs(t, accounts.Files("db", k.o, gone), accounts.ErrWrong)
}

func TestWhatIsLeftToDoIsNamed(t *testing.T) {
	k := open(t)
	k.fill(t)
	background := k.o // what the store promises if it works in the background
	background.InlineMaintenance = false
	require.NoError(t, accounts.Rested(k.DB, "db", &k.o))
	require.NoError(t, accounts.Rested(k.DB, "db", &background))

	background.L0CompactionFiles = 1
	require.ErrorContains(t, accounts.Rested(k.DB, "db", &background), "level 0 has 2 tables, and at most 0 when maintenance has caught up")
	for name, want := range map[string]string{
		"000999.sst":  "no one needs 000999.sst",
		"000999.blob": "no one needs 000999.blob",
		"000999.log":  "there are 2 logs for 1 memtables",
	} {
		require.NoError(t, afero.WriteFile(k.fs, "db/"+name, nil, 0o644))
		err := accounts.Rested(k.DB, "db", &k.o)
		require.ErrorIs(t, err, accounts.ErrAtWork)
		require.ErrorContains(t, err, want)
		require.NoError(t, k.fs.Remove("db/"+name))
	}
	require.NoError(t, k.Close())
}
