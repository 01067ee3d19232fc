package workloads_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// begun counts the transactions of a store. If it is serial, it admits one at a time.
type begun struct {
	*memstore
	serial bool
	turn   sync.Mutex

	mu        sync.Mutex
	now, most int
	all       int
	panics    int  // number of the transaction whose Begin panics
	breaks    bool // commits panic and do not end the transaction's turn
}

func (s *begun) Begin(i workloads.Isolation) (workloads.Txn, error) {
	if s.serial {
		s.turn.Lock()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now, s.all = s.now+1, s.all+1
	s.most = max(s.most, s.now)
	if s.all == s.panics {
		panic("no more")
	}
	txn, err := s.memstore.Begin(i)
	return &counting{txn, s}, err
}

type counting struct {
	workloads.Txn
	store *begun
}

func (t *counting) Commit(d history.Durability) error {
	if t.store.breaks {
		panic("no commits")
	}
	defer t.end()
	return t.Txn.Commit(d)
}

func (t *counting) Rollback() {
	defer t.end()
	t.Txn.Rollback()
}

func (t *counting) end() {
	t.store.mu.Lock()
	defer t.store.mu.Unlock()
	t.store.now--
	if t.store.serial {
		t.store.turn.Unlock()
	}
}

// withTwins returns a script with two clients. The steps of one of them have a twin of the given length.
func withTwins(twin int) workloads.Script {
	appending := &workloads.Appending{Touches: []workloads.Touch{{Key: []byte("list-0000"), Append: true}}, Name: "c0.0"}
	steps := []workloads.Step{
		{Kind: history.Txn, Isolation: workloads.SnapshotIsolation, Appending: appending, Twin: twin},
		{Kind: history.Snapshot, Keys: [][]byte{[]byte("list-0000")}, Twin: twin},
	}
	return workloads.Script{Workload: "append", Size: workloads.Size{Clients: 2}, Lists: true, Clients: [][]workloads.Step{steps, nil}}
}

func TestATransactionOutlastsItsTwinWhichNobodyRecords(t *testing.T) {
	alone := drive(t, newMemstore(none, 1), withTwins(0))
	for _, serial := range []bool{false, true} {
		store := &begun{memstore: newMemstore(none, 1), serial: serial}
		require.Equal(t, alone, drive(t, store, withTwins(4)))
		assert.Equal(t, 4, store.all)
		assert.Zero(t, store.now)
		assert.Equal(t, serial, store.most == 1, "both are open at once, unless the store runs one transaction at a time")
	}
}

func TestAPanicInATwinIsAPanicOfTheStore(t *testing.T) {
	store := &begun{memstore: newMemstore(none, 1), panics: 2}
	rec := history.NewRecorder(&history.Clock{})
	err := workloads.Drive(context.Background(), store, withTwins(4), rec, workloads.DriveOptions{})
	var panicked *workloads.Panic
	require.ErrorAs(t, err, &panicked)
	assert.Equal(t, "no more", panicked.Value)
	assert.Contains(t, string(panicked.Stack), "beginTwin")
}

// The transaction stays open, and in a store that runs one at a time its twin keeps waiting for it.
func TestAPanicOfATransactionIsNotHiddenByItsTwin(t *testing.T) {
	store := &begun{memstore: newMemstore(none, 1), serial: true, breaks: true}
	rec := history.NewRecorder(&history.Clock{})
	err := workloads.Drive(context.Background(), store, withTwins(4), rec, workloads.DriveOptions{})
	var panicked *workloads.Panic
	require.ErrorAs(t, err, &panicked)
	assert.Equal(t, "no commits", panicked.Value)
}

func TestTransactionsHaveTwins(t *testing.T) {
	for _, name := range []string{"append", "swap", "bank-mixed"} {
		n := 0
		for _, steps := range generate(t, name, 1, workloads.Size{Clients: 2, Ops: 200, Keys: 20}).Clients {
			for _, s := range steps {
				if s.Twin > 0 {
					n++
				}
			}
		}
		assert.Positive(t, n, name)
	}
}
