package history_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

func TestRecorderStampsCallsAndReturns(t *testing.T) {
	var clock history.Clock
	clock.Next()
	r := history.NewRecorder(&clock)

	put := r.Call(3, history.Op{Kind: history.Put, Writes: []history.Write{{Key: []byte("k"), Value: []byte("v")}}})
	fsTick := clock.Next()
	get := r.Call(4, history.Op{Kind: history.Get})
	r.Return(put, nil, history.Acked, nil)
	r.Return(get, []history.Read{{Key: []byte("k")}}, history.Rejected, errors.New("no"))
	open := r.Call(3, history.Op{Kind: history.Delete})
	r.SetWrites(open, []history.Write{{Key: []byte("z"), Delete: true}})

	ops := r.Ops()
	require.Len(t, ops, 3)
	require.Equal(t, []int{0, 1, 2}, []int{ops[0].ID, ops[1].ID, ops[2].ID})
	require.Equal(t, history.Tick(2), ops[0].Call)
	require.Less(t, ops[0].Call, fsTick)
	require.Less(t, fsTick, ops[0].Return)
	require.Equal(t, history.Acked, ops[0].Outcome)
	require.Equal(t, 4, ops[1].Client)
	require.Equal(t, "no", ops[1].Err)
	require.Len(t, ops[1].Reads, 1)
	require.Equal(t, history.Unknown, ops[2].Outcome)
	require.Equal(t, history.Never, ops[2].Return)
	require.Equal(t, "z", string(ops[2].Writes[0].Key))
}

func TestRecorderRefusesASecondAnswer(t *testing.T) {
	var clock history.Clock
	r := history.NewRecorder(&clock)
	h := r.Call(0, history.Op{})
	r.Return(h, nil, history.Acked, nil)
	require.Panics(t, func() { r.Return(h, nil, history.Acked, nil) })
}

func TestRecorderAddsLaterReads(t *testing.T) {
	var clock history.Clock
	r := history.NewRecorder(&clock)
	cursor := r.Call(1, history.Op{Kind: history.Cursor})
	require.Panics(t, func() { r.AddReads(cursor, nil, nil) }, "the cursor is not open yet")
	r.Return(cursor, nil, history.Acked, nil)
	before := r.Ops()
	r.Return(r.Call(1, history.Op{Kind: history.Put}), nil, history.Acked, nil)
	r.AddReads(cursor, []history.Read{{Key: []byte("a")}}, nil)
	r.AddReads(cursor, []history.Read{{Key: []byte("b")}}, nil)
	require.Empty(t, before[0].Reads)
	require.Zero(t, before[0].ReadBy)
	op := r.Ops()[0]
	require.Len(t, op.Reads, 2)
	require.Equal(t, []history.Tick{2, 6, 6}, []history.Tick{op.Return, op.ReadBy, op.Shown()})
	r.AddReads(cursor, nil, errors.New("no"))
	op = r.Ops()[0]
	require.Empty(t, op.Reads, "a read that fails halfway has shown nothing")
	require.Equal(t, []any{"no", history.Acked}, []any{op.Err, op.Outcome})
}

func TestRecorderOrdersConcurrentClientsByCall(t *testing.T) {
	var clock history.Clock
	r := history.NewRecorder(&clock)
	var wg sync.WaitGroup
	for client := range 8 {
		wg.Go(func() {
			for range 200 {
				r.Return(r.Call(client, history.Op{Kind: history.Get}), nil, history.Acked, nil)
			}
		})
	}
	wg.Wait()
	ops := r.Ops()
	require.Len(t, ops, 1600)
	lastReturn := make(map[int]history.Tick)
	for i, op := range ops {
		require.Equal(t, i, op.ID)
		require.Less(t, op.Call, op.Return)
		require.Less(t, lastReturn[op.Client], op.Call)
		lastReturn[op.Client] = op.Return
		if i > 0 {
			require.Less(t, ops[i-1].Call, op.Call)
		}
	}
	require.Equal(t, history.Tick(3200), clock.Now())
}
