package engine_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

// Keys of maximum length that share all but their last bytes, with range deletes between them, pass through everything.
// Where a compaction ends a table inside a range delete, the bound is one byte longer than any key may be.
func TestTheLongestKeysPassThroughEverything(t *testing.T) {
	oneGoroutine(t)
	o := tiny(afero.NewMemMapFs())
	o.MemtableBytes = 400 << 10
	db := open(t, o)
	key := func(i int) []byte {
		return append(bytes.Repeat([]byte{255}, engine.KeyBytesMax-3), fmt.Sprintf("%03d", i)...)
	}
	require.NoError(t, db.Put(nil, []byte("empty key"), engine.NoSync))
	for i := range 40 {
		require.NoError(t, db.Put(key(i), fmt.Appendf(nil, "value %d", i), engine.NoSync))
	}
	before := db.NewSnapshot()
	require.NoError(t, db.DeleteRange(key(5), key(30), engine.NoSync))
	require.NoError(t, db.DeleteRange(nil, []byte{0}, engine.NoSync))
	require.NoError(t, db.Put(key(20), []byte("again"), engine.NoSync))
	check := func() {
		t.Helper()
		require.NoError(t, db.Verify())
		require.Len(t, shown(t, db), 16)
		for i := range 40 {
			got, err := db.Get(key(i))
			switch {
			case i == 20:
				require.NoError(t, err)
				require.Equal(t, "again", string(got))
			case i >= 5 && i < 30:
				require.ErrorIs(t, err, engine.ErrNotFound, "key %d", i)
			default:
				require.NoError(t, err, "key %d", i)
				require.Equal(t, fmt.Sprintf("value %d", i), string(got))
			}
		}
		_, err := db.Get(nil)
		require.ErrorIs(t, err, engine.ErrNotFound)
	}
	check()
	require.NoError(t, db.Compact()) // the snapshot keeps what the range deletes hide, so they are split along with the tables
	require.Greater(t, len(find(t, o.FS, "*.sst")), 5)
	check()
	for i := range 40 {
		got, err := before.Get(key(i))
		require.NoError(t, err)
		require.Equal(t, fmt.Sprintf("value %d", i), string(got))
	}
	before.Close()
	require.NoError(t, db.Close())
	db = open(t, o)
	check()
	require.NoError(t, db.Compact())
	check()
	require.NoError(t, db.Close())
}

func TestABatchOverTheLimitIsRefusedAsAWhole(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 3 GiB of memory; run without -short")
	}
	db := memory(t)
	value := make([]byte, engine.ValueBytesMax)
	var b engine.Batch
	for i := range 3 {
		b.Put(fmt.Appendf(nil, "k%d", i), value)
	}
	require.ErrorIs(t, db.Apply(&b, engine.Sync), engine.ErrTooLarge)
	require.ErrorContains(t, db.Apply(&b, engine.Sync), "batch of")
	require.Empty(t, shown(t, db))
	b.Reset()
	b.Put([]byte("k"), []byte("v"))
	require.NoError(t, db.Apply(&b, engine.Sync), "Reset forgets the error")
}
