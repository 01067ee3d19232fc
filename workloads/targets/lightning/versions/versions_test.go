package versions_test

import (
	"strings"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning/versions"
)

func TestVersionsAreListedWithTheirFiles(t *testing.T) {
	t.Parallel()
	fsys := afero.NewMemMapFs()
	db, err := engine.Open("db", engine.Options{FS: fsys, InlineMaintenance: true, BlobValueBytes: 100})
	require.NoError(t, err)
	snapshot := db.NewSnapshot() // keeps what is overwritten
	require.NoError(t, db.Put([]byte("k"), []byte("1"), engine.Sync))
	require.NoError(t, db.Put([]byte("other"), []byte("1"), engine.Sync))
	require.NoError(t, db.Flush())
	require.NoError(t, db.Compact())
	require.NoError(t, db.Delete([]byte("k"), engine.Sync))
	require.NoError(t, db.DeleteRange([]byte("j"), []byte("l"), engine.Sync))
	require.NoError(t, db.Put([]byte("k"), make([]byte, 200), engine.Sync))
	require.NoError(t, db.DeleteRange([]byte("l"), []byte("m"), engine.Sync))
	all, err := versions.Of(fsys, "db", []byte("k"))
	require.NoError(t, err)
	text := strings.Join(all, "\n")
	require.Regexp(t, `^a value with number 5 in 0+\d+\.log\na range delete with number 4 in 0+\d+\.log\na delete with number 3 in 0+\d+\.log\na value with number 1 in 0+\d+\.sst \(level [1-9]\)$`, text)
	require.NoError(t, db.Flush())
	all, err = versions.Of(fsys, "db", []byte("k"))
	require.NoError(t, err)
	require.Regexp(t, `^a value in 0+\d+\.blob with number 5 in 0+\d+\.sst \(level 0\)\n`, strings.Join(all, "\n"), "the log is no longer live")
	none, err := versions.Of(fsys, "db", []byte("l2"))
	require.NoError(t, err)
	require.Len(t, none, 1, "only a range delete covers it")
	snapshot.Close()
	require.NoError(t, db.Close())
	_, err = versions.Of(fsys, "elsewhere", []byte("k"))
	require.Error(t, err)
}
