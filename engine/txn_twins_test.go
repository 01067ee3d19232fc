package engine_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

// Two transactions begin at the same snapshot. One of them ends in some way, and then many commits follow, so that the
// engine forgets the commits that no open transaction needs. The other one must still detect what was committed after
// its snapshot.
func TestATransactionOutlivesOneWithTheSameSnapshot(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, db *engine.DB, twin *engine.Txn){
		"rolled back": func(t *testing.T, _ *engine.DB, twin *engine.Txn) { require.NoError(t, twin.Rollback()) },
		"rolled back twice": func(t *testing.T, _ *engine.DB, twin *engine.Txn) {
			require.NoError(t, twin.Rollback())
			require.NoError(t, twin.Rollback())
		},
		"committed": func(t *testing.T, _ *engine.DB, twin *engine.Txn) {
			require.NoError(t, twin.Put([]byte("twin"), nil))
			require.NoError(t, twin.Commit(engine.NoSync))
			require.ErrorIs(t, twin.Commit(engine.NoSync), engine.ErrTxnDone)
			require.NoError(t, twin.Rollback())
		},
		"committed, though it wrote nothing": func(t *testing.T, _ *engine.DB, twin *engine.Txn) {
			require.NoError(t, twin.Commit(engine.NoSync))
		},
		"in conflict": func(t *testing.T, db *engine.DB, twin *engine.Txn) {
			require.NoError(t, twin.Put([]byte("fought over"), nil))
			require.NoError(t, db.Put([]byte("fought over"), nil, engine.NoSync))
			require.ErrorIs(t, twin.Commit(engine.NoSync), engine.ErrConflict)
		},
		"too large": func(t *testing.T, _ *engine.DB, twin *engine.Txn) {
			require.ErrorIs(t, twin.Put(make([]byte, engine.KeyBytesMax+1), nil), engine.ErrTooLarge)
			require.NoError(t, twin.Rollback())
		},
	} {
		for _, isolation := range []engine.Isolation{engine.SnapshotIsolation, engine.Serializable} {
			t.Run(fmt.Sprintf("%s, isolation %d", name, isolation), func(t *testing.T) {
				db := memory(t, "k", "m")
				survivor, twin := begin(t, db, isolation), begin(t, db, isolation)
				other := begin(t, db, isolation) // also at this snapshot; it must not affect the others
				require.NoError(t, db.Put([]byte("k"), []byte("won"), engine.NoSync))
				end(t, db, twin)
				for i := range 300 {
					require.NoError(t, db.Put(fmt.Append(nil, i), nil, engine.NoSync))
				}
				require.NoError(t, survivor.Put([]byte("k"), []byte("lost update")))
				require.ErrorIs(t, survivor.Commit(engine.NoSync), engine.ErrConflict)
				require.NoError(t, other.Put([]byte("m"), []byte("alone")))
				require.NoError(t, other.Commit(engine.NoSync))
				v, err := db.Get([]byte("k"))
				require.NoError(t, err)
				require.Equal(t, "won", string(v))
			})
		}
	}
}
