package torture

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/hints"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

func auditOf(t *testing.T, target Target) *hints.Report {
	t.Helper()
	report, err := Audit(t.Context(), target, Options{Workloads: []string{"register", "bank"}, Ops: 20, Keys: 4})
	require.NoError(t, err)
	require.Len(t, report.Runs, 2)
	for _, run := range report.Runs {
		assert.Empty(t, run.Ended)
	}
	return report
}

func TestAnAuditNamesTheMissingSyncWithItsLine(t *testing.T) {
	for bug, lacking := range map[toy.Bug]string{
		toy.NoFileSync: "the file was not synced after it",
		toy.NoDirSync:  "its directory was not synced after it",
	} {
		report := auditOf(t, toy.Target(bug))
		require.NotEmpty(t, report.Hints)
		for _, h := range report.Hints {
			assert.Contains(t, h.Sentence, lacking)
			assert.Regexp(t, `^toy/\w+\.go:\d+$`, h.Source)
			assert.Contains(t, h.Sentence, h.Source)
			assert.LessOrEqual(t, h.Count, report.Acknowledgements)
		}
	}
}

func TestAStoreThatSyncsEverythingHasNoHints(t *testing.T) {
	report := auditOf(t, toy.Target(toy.Correct))
	assert.Empty(t, report.Hints)
	assert.Equal(t, report.Acknowledgements, report.Runs[0].Acknowledgements+report.Runs[1].Acknowledgements)
	assert.Greater(t, report.Runs[0].Acknowledgements, 5)
}

func TestOnlyPromisedAcknowledgementsAreAudited(t *testing.T) {
	target := toy.Target(toy.NoFileSync)
	target.Promises.SyncSurvivesPowerCut = false
	report := auditOf(t, target)
	assert.Zero(t, report.Acknowledgements)
	assert.Empty(t, report.Hints)
}

func TestAnAuditSaysWhichRunEndedEarly(t *testing.T) {
	target := toy.Target(toy.Correct)
	open := target.Open
	target.Open = func(env Env) (workloads.Store, error) {
		_, err := open(env)
		panic(err)
	}
	report, err := Audit(t.Context(), target, Options{Workloads: []string{"register"}})
	require.NoError(t, err)
	assert.Contains(t, report.Runs[0].Ended, "panicked")
}

func TestAnAuditIsRefusedLikeACheck(t *testing.T) {
	_, err := Audit(t.Context(), toy.Target(toy.Correct), Options{Workloads: []string{"nothing"}})
	require.ErrorIs(t, err, ErrConfig)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Audit(ctx, toy.Target(toy.Correct), Options{})
	require.ErrorIs(t, err, context.Canceled)
}
