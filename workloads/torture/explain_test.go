package torture

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnExplanationNamesTheMissingOrder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		bug       toyBug
		fault     string
		sentence  string // a pattern
		missing   string // the function whose operation was not durable; empty: nothing was missing
		forgotten int    // operations that have to be lost
	}{
		{
			"an acknowledgement before the sync of its file", noFileSync, "power",
			`^commit #\d+ was acknowledged before the write of db/log \(.torture/toy_test.go:\d+.\) was durable; no sync of the file between$`,
			"torture.(*toy).append", 1,
		},
		{
			"an acknowledgement before the sync of a new file's directory", noDirSync, "power",
			`^commit #\d+ was acknowledged before the create of db/tmp \(.*\) was durable; no sync of its directory between, only of the file itself \(.torture/toy_test.go:\d+.\)$`,
			"torture.(*toy).renew", 1,
		},
		{
			"an acknowledgement before the sync of a new directory's parent", noParentSync, "power",
			`^commit #\d+ was acknowledged before the create of db \(.*\) was durable; no sync of its directory between, only of the file itself \(.*\)$`,
			"torture.(*toy).create", 1,
		},
		{
			"a torn record that is taken for whole", noChecksum, "power",
			`^the loss of a part of the write of db/log \(.*\) is enough by itself; no sync of the file between$`,
			"torture.(*toy).append", 1,
		},
		{
			"a batch in two records", splitBatch, "power",
			`^it takes no loss: a crash right after the .* of .*log \(.*\) fails although the disk kept everything$`,
			"", 0,
		},
		{
			"a write over what was written", scribbles, "power",
			`^it takes no loss: a crash right after the .* of db/log \(.*\) fails although the disk kept everything; ` +
				`it would not without the write of db/log \(.torture/toy_test.go:\d+.\)$`,
			"", 0,
		},
		{
			"a loss that a client has seen without a crash", startsOver, "power",
			`^it is wrong on the disk, too: a crash right after the truncate of db/log \(.*\) fails although the disk kept everything$`,
			"", 0,
		},
		{
			"a failed sync that is tried again", retrySync, "failed sync log nth=4",
			`^commit #\d+ was acknowledged before .*the write of db/log \(.*\) was durable; the sync of db/log \(.*\) between did not work \(failed\)$`,
			"torture.(*toy).append", 1,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			result, err := Check(t.Context(), toyTarget(c.bug), Options{
				Workloads: []string{"kv"}, Faults: []string{c.fault}, Rounds: 1, Clients: 1, Ops: 12, Keys: 4,
			})
			require.NoError(t, err)
			require.NotEmpty(t, result.Findings)
			why := result.Findings[0].Explanation
			require.NotNil(t, why, result.Findings[0].Sentence)
			assert.Regexp(t, c.sentence, why.Sentence, result.Findings[0].Sentence)
			assert.Equal(t, c.forgotten, why.Lost)
			if c.missing == "" {
				assert.Nil(t, why.Missing)
				return
			}
			require.NotNil(t, why.Missing)
			assert.Equal(t, c.missing, why.Missing.Function)
			assert.NotEmpty(t, why.Missing.Stack)
		})
	}
}

// A profile that loses everything hides that little of it is needed.
func TestAProfileThatDecidesIsExplainedFreely(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"lose-all", "late-removals"} {
		result, err := Check(t.Context(), toyTarget(noDirSync), Options{
			Workloads: []string{"kv"}, Faults: []string{"power"}, Rounds: 1, Clients: 1, Ops: 12, Keys: 4, Profile: profile,
		})
		require.NoError(t, err)
		require.NotEmpty(t, result.Findings, profile)
		for _, f := range result.Findings {
			if f.NestedTick == 0 {
				require.NotNil(t, f.Explanation, f.Sentence)
				assert.Contains(t, f.Explanation.Sentence, "no sync of its directory between", profile+": "+f.Sentence)
				assert.Equal(t, 1, f.Explanation.Lost)
			}
		}
	}
}

func TestNoExplanationWhereNothingFails(t *testing.T) {
	t.Parallel()
	e := newExploration(record(t.Context(), toyTarget(correct), tinyPlan(t)), toyTarget(correct))
	ticks := e.crashTicks()
	f := failure{judge: "durability", tick: ticks[len(ticks)-1]}
	f.Class = "lost"
	require.Nil(t, explain(t.Context(), e, &f))
}

func tinyPlan(t *testing.T) *plan {
	t.Helper()
	s := spec{Workload: "kv", Fault: "power", Profile: "posix-min", Seed: 1}
	s.Size.Clients, s.Size.Ops = 1, 6
	p, err := resolve(s)
	require.NoError(t, err)
	return p
}
