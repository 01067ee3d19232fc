package torture

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

func TestAnExplanationNamesTheMissingOrder(t *testing.T) {
	sameRaces(t)
	t.Parallel()
	for _, c := range []struct {
		name      string
		bug       toy.Bug
		fault     string
		sentence  string // a regular expression
		missing   string // the function whose operation was not durable; empty: nothing was missing
		forgotten int    // number of lost operations that the failure needs
	}{
		{
			"an acknowledgement before the sync of its file", toy.NoFileSync, "power",
			`^commit #\d+ was acknowledged before the write of db/log \(.toy/toy.go:\d+.\) was durable, with no intervening sync of the file; ` +
				`its last sync \(.toy/toy.go:\d+.\) came too early for it$`,
			"toy.(*Store).append", 1,
		},
		{
			"an acknowledgement before the sync of a new file's directory", toy.NoDirSync, "power",
			`^commit #\d+ was acknowledged before the rename of db/tmp -> db/log \(.*\) was durable, with no intervening sync of its directory, only of the file itself \(.toy/toy.go:\d+.\)$`,
			"toy.(*Store).renew", 1,
		},
		{
			"an acknowledgement before the sync of a new directory's parent", toy.NoParentSync, "power",
			`^commit #\d+ was acknowledged before the create of db \(.*\) was durable, with no intervening sync of its directory, only of the file itself \(.*\)$`,
			"toy.(*Store).create", 1,
		},
		{
			"a torn record that is taken for a complete one", toy.NoChecksum, "power",
			`^the loss of a part of the write of db/log \(.*\) is enough by itself, with no intervening sync of the file$`,
			"toy.(*Store).append", 1,
		},
		{
			"a batch in two records", toy.SplitBatch, "power",
			`^nothing has to be lost: a crash right after the .* of .*log \(.*\) fails although the disk kept everything; ` +
				`that write was of bytes \d+ to \d+, and the one of bytes \d+ to \d+ came too late \(as the next operation\): after it the same crash does no harm$`,
			"", 0,
		},
		{
			"a write that overwrites earlier data", toy.Scribbles, "power",
			`^nothing has to be lost: a crash right after the .* of db/log \(.*\) fails although the disk kept everything; ` +
				`it passes without the write of db/log \(.toy/toy.go:\d+.\)$`,
			"", 0,
		},
		{
			"a loss that a client sees without a crash", toy.StartsOver, "power",
			`^it is wrong on the disk as well: a crash right after the truncate of db/log \(.*\) fails although the disk kept everything$`,
			"", 0,
		},
		{
			"a failed write that is ignored", toy.IgnoreWriteError, "eio write log nth=3",
			`^nothing has to be lost: a crash right after .* fails although the disk kept everything; before, the write of db/log \(.*\) had failed \(eio\)$`,
			"", 0,
		},
		{
			"a failed sync that is retried", toy.RetrySync, "failed sync log nth=4",
			`^commit #\d+ was acknowledged before .*the write of db/log \(.*\) was durable; the intervening sync of db/log \(.*\) did not take effect \(failed\)$`,
			"toy.(*Store).append", 1,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			result, err := Check(t.Context(), toy.Target(c.bug), Options{
				Workloads: []string{"kv"}, Faults: []string{c.fault}, Rounds: 1, Clients: 1, Ops: 12, Keys: 4, NoShrink: true,
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

func TestRotIsExplainedByWhatReadTheFile(t *testing.T) {
	sameRaces(t)
	t.Parallel()
	result, err := Check(t.Context(), toy.Target(toy.NoChecksum), Options{
		Workloads: []string{"kv"}, Faults: []string{"bitrot"}, Rounds: 1, Clients: 1, Ops: 12, Keys: 4, NoShrink: true,
	})
	require.NoError(t, err)
	require.NotEmpty(t, result.Findings)
	why := result.Findings[0].Explanation
	require.NotNil(t, why, result.Findings[0].Sentence)
	assert.Regexp(t, `^it fails during a recovery, where the damaged file was read by the read of db/log \(.toy/toy.go:\d+.\)$`, why.Sentence)
}

// Under a profile that leaves no choice, such as one that loses everything, the explanation is found by free choice: it
// names only the losses that the failure needs.
func TestAProfileWithoutChoiceIsExplainedByFreeChoice(t *testing.T) {
	sameRaces(t)
	t.Parallel()
	for _, profile := range []string{"lose-all", "late-removals"} {
		result, err := Check(t.Context(), toy.Target(toy.NoDirSync), Options{
			Workloads: []string{"kv"}, Faults: []string{"power"}, Rounds: 1, Clients: 1, Ops: 12, Keys: 4, Profile: profile,
		})
		require.NoError(t, err)
		require.NotEmpty(t, result.Findings, profile)
		for _, f := range result.Findings {
			if f.NestedTick == 0 {
				require.NotNil(t, f.Explanation, f.Sentence)
				assert.Contains(t, f.Explanation.Sentence, "no intervening sync of its directory", profile+": "+f.Sentence)
				assert.Equal(t, 1, f.Explanation.Lost)
			}
		}
	}
}
