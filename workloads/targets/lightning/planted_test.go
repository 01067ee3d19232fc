package lightning_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// planted returns Lightning with its store wrapped in one that breaks a promise.
func planted(wrap func(workloads.Store) workloads.Store) torture.Target {
	target := lightning.Target()
	target.Open = func(env torture.Env) (workloads.Store, error) {
		s, err := lightning.Open(env)
		if err != nil {
			return nil, err
		}
		return wrap(s), nil
	}
	return target
}

// laxer never grants more than snapshot isolation.
type laxer struct{ workloads.Store }

func (l laxer) Begin(level workloads.Isolation) (workloads.Txn, error) {
	return l.Store.(workloads.Transactor).Begin(min(level, workloads.SnapshotIsolation))
}

func TestALevelThatIsLowerThanAskedForIsNoticed(t *testing.T) {
	if testing.Short() {
		t.Skip("TestLightningKeepsItsPromises covers the same races; run without -short")
	}
	target := planted(func(s workloads.Store) workloads.Store { return laxer{s} })
	options := torture.Options{
		Workloads: []string{"append"}, Faults: []string{"power"}, Clients: 4, Ops: 200, Keys: 4, StopAfter: 1, Rounds: 100,
		CrashPoints: 4, NoShrink: true,
	}
	r, err := torture.Check(context.Background(), target, options)
	require.NoError(t, err)
	require.Equal(t, checker.Fail, r.Verdict, "%v", r.Reasons)
	assert.Contains(t, r.Findings[0].Class, "G2-item", r.Findings[0].Sentence)
	target.Promises.Isolation = checker.SnapshotIsolation
	options.StopAfter, options.Rounds, options.Ops = 0, 1, 40
	r, err = torture.Check(context.Background(), target, options)
	require.NoError(t, err)
	require.Equal(t, checker.Pass, r.Verdict, "it keeps the promise of snapshot isolation: %v %v", r.Findings, r.Reasons)
}

// reversed reports the sequence numbers of commits in reverse order.
type reversed struct {
	workloads.Store
	sequencer workloads.Sequencer
}

func (r reversed) ApplySeq(writes []history.Write, d history.Durability) (uint64, error) {
	seq, err := r.sequencer.ApplySeq(writes, d)
	return 1<<40 - seq, err
}

func (r reversed) DeleteRangeSeq(from, to []byte, d history.Durability) (uint64, error) {
	seq, err := r.sequencer.DeleteRangeSeq(from, to, d)
	return 1<<40 - seq, err
}

func TestAFalseOrderOfCommitsIsNoticed(t *testing.T) {
	target := planted(func(s workloads.Store) workloads.Store {
		if sequencer, ok := s.(workloads.Sequencer); ok {
			return reversed{s, sequencer}
		}
		return s
	})
	r, err := torture.Check(context.Background(), target, torture.Options{
		Workloads: []string{"kv"}, Faults: []string{"power"}, Clients: 2, Ops: 10, Keys: 4, Rounds: 1, NoShrink: true,
	})
	require.NoError(t, err)
	require.Equal(t, checker.Fail, r.Verdict, "%v", r.Reasons)
	for _, f := range r.Findings {
		assert.Equal(t, "sequence", f.Judge, f.Sentence)
	}
}
