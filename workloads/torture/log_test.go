package torture

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toylog"
)

func TestACorrectLogPasses(t *testing.T) {
	r, err := Check(t.Context(), toylog.Target(toylog.Correct), Options{
		Faults: []string{"power", "killed", "lost-fsync", "eio"}, Rounds: 1, Ops: 8, Keys: 6, CrashPoints: scope(6, 24, 24),
	})
	require.NoError(t, err)
	for _, f := range r.Findings {
		t.Errorf("%s: %s: %s\n%q", f.Fault, f.Class, f.Sentence, f.Evidence)
	}
	require.Equal(t, checker.Pass, r.Verdict, r.Reasons)
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
