package torture

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/appendlog"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toylog"
)

func TestACorrectLogPasses(t *testing.T) {
	faults := []string{"power", "eio", "killed", "lost-fsync"}
	r, err := Check(t.Context(), toylog.Target(toylog.Correct), Options{
		Faults: faults[:scope(2, 4, 4)], Rounds: 1, Ops: 8, Keys: 6, CrashPoints: scope(2, 24, 24),
	})
	require.NoError(t, err)
	for _, f := range r.Findings {
		t.Errorf("%s: %s: %s\n%q", f.Fault, f.Class, f.Sentence, f.Evidence)
	}
	require.Equal(t, checker.Pass, r.Verdict, r.Reasons)
}

// A log need not be able to truncate. It is tortured with what it has, and the result says what that is.
func TestALogTruncatesWhereItCan(t *testing.T) {
	sameRaces(t)
	for _, row := range []struct {
		what    string
		shape   func(*toylog.Log) appendlog.Log
		lacking []history.Kind
	}{
		{"neither end", func(l *toylog.Log) appendlog.Log {
			return struct{ appendlog.Log }{l}
		}, []history.Kind{history.TruncateFront, history.TruncateBack}},
		{"only the front", func(l *toylog.Log) appendlog.Log {
			return struct {
				appendlog.Log
				appendlog.FrontTruncater
			}{l, l}
		}, []history.Kind{history.TruncateBack}},
		{"only the back", func(l *toylog.Log) appendlog.Log {
			return struct {
				appendlog.Log
				appendlog.BackTruncater
			}{l, l}
		}, []history.Kind{history.TruncateFront}},
	} {
		target := func(bug toylog.Bug) Target {
			target := toylog.Target(bug)
			target.OpenLog = func(env Env) (appendlog.Log, error) {
				l, err := toylog.Open(env, bug)
				if err != nil {
					return nil, err
				}
				return row.shape(l), nil
			}
			return target
		}
		r, err := Check(t.Context(), target(toylog.Correct), Options{
			Faults: []string{"power"}, Rounds: 2, Clients: 1, Ops: 30, Keys: 6, CrashPoints: scope(6, 24, 24),
		})
		require.NoError(t, err)
		require.Equal(t, checker.Pass, r.Verdict, "%s: %v %+v", row.what, r.Reasons, r.Findings)
		for _, o := range r.Operations {
			lacks := slices.Contains(row.lacking, o.Kind)
			switch o.Kind {
			case history.AppendEntries, history.TruncateFront, history.TruncateBack, history.FirstIndex, history.LastIndex:
				assert.Equal(t, !lacks, o.Count > 0, "%s: %v", row.what, o.Kind)
				assert.Equal(t, lacks, o.Lacking, "%s: %v", row.what, o.Kind)
			case history.Put, history.Barrier: // hidden by every shape
				assert.True(t, o.Lacking, "%s: %v", row.what, o.Kind)
			default:
			}
		}
		r, err = Check(t.Context(), target(toylog.NoDataSync), Options{
			Faults: []string{"power"}, Rounds: 6, StopAfter: 1, NoShrink: true, Clients: 1, Ops: 30, Keys: 8, Seed: 5,
		})
		require.NoError(t, err)
		require.NotEmpty(t, r.Findings, row.what)
		assert.Equal(t, "lost", r.Findings[0].Class, row.what)
	}
}

func TestAWorkloadMustFitItsTarget(t *testing.T) {
	log := toylog.Target(toylog.Correct)
	_, err := Check(t.Context(), log, Options{Workloads: []string{"kv"}})
	require.ErrorIs(t, err, ErrConfig)
	require.ErrorContains(t, err, `workload "kv" is for key-value stores, but target "toylog" is a log; choose log`)
	_, err = Check(t.Context(), log, Options{Scenario: "sweep"})
	require.ErrorIs(t, err, ErrConfig)
	log.OpenLog = nil
	_, err = Check(t.Context(), log, Options{})
	require.ErrorContains(t, err, "has neither Open nor OpenLog")
}
