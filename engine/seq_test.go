package engine_test

import (
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

func TestSeqIsThePlaceInTheOrderOfCommits(t *testing.T) {
	db, err := engine.Open("db", engine.Options{FS: afero.NewMemMapFs(), InlineMaintenance: true, LargeValueBytes: 100, BlobValueBytes: 50})
	require.NoError(t, err)
	b := &engine.Batch{}
	b.Put([]byte("a"), []byte("1"))
	b.Put([]byte("b"), []byte("2"))
	require.Zero(t, b.Seq(), "a batch has no sequence number before it is applied")
	require.NoError(t, db.Apply(b, engine.NoSync))
	first := b.Seq()
	require.Positive(t, first)
	b.Reset()
	require.Zero(t, b.Seq())
	b.Put([]byte("large"), make([]byte, 200))
	require.NoError(t, db.Apply(b, engine.NoSync))
	require.Equal(t, first+2, b.Seq(), "the previous batch had two writes")

	loser, err := db.Begin(engine.TxnOptions{Isolation: engine.Serializable})
	require.NoError(t, err)
	_, err = loser.Get([]byte("a"))
	require.NoError(t, err)
	winner, err := db.Begin(engine.TxnOptions{})
	require.NoError(t, err)
	require.NoError(t, winner.Put([]byte("a"), []byte("3")))
	require.NoError(t, winner.Commit(engine.Sync))
	require.Equal(t, first+3, winner.Seq())
	require.NoError(t, loser.Put([]byte("c"), []byte("4")))
	require.ErrorIs(t, loser.Commit(engine.Sync), engine.ErrConflict)
	require.Zero(t, loser.Seq(), "a transaction with a conflict gets no sequence number")
	require.NoError(t, db.Close())
	require.ErrorIs(t, db.Apply(b, engine.NoSync), engine.ErrClosed)
	require.Zero(t, b.Seq(), "a refused batch has no sequence number")
}
