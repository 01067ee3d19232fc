package torture

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

// savedCase is a finding saved by an earlier version, with what that version reported.
type savedCase struct {
	File            string   `json:"file"`
	Bug             string   `json:"bug"`
	Token           string   `json:"token"`
	ID              string   `json:"id"`
	Judge           string   `json:"judge"`
	Class           string   `json:"class"`
	Sentence        string   `json:"sentence"`
	CrashTick       uint64   `json:"crash_tick"`
	NestedTick      uint64   `json:"nested_tick"`
	Device          string   `json:"device"`
	Rejudged        string   `json:"rejudged"`
	Classes         []string `json:"classes"`
	Reason          string   `json:"reason"`
	FailsWithoutBug bool     `json:"fails_without_bug"` // the saved operations themselves are wrong, so a correct toy fails too
}

// bugs maps names in the saved findings to toys.
var bugs = map[string]toy.Bug{
	"noFileSync": toy.NoFileSync, "noDirSync": toy.NoDirSync, "noChecksum": toy.NoChecksum, "retrySync": toy.RetrySync,
	"ignoreWriteError": toy.IgnoreWriteError, "splitBatch": toy.SplitBatch, "panics": toy.Panics, "leaks": toy.Leaks, "forgetful": toy.Forgetful,
	"rotTakesAll": toy.RotTakesAll, "startsOver": toy.StartsOver,
}

// Evidence outlives the code that wrote it. These findings were saved before the lab was split into packages. They cover runs
// of one client and of several, faults, rules, devices, bit rot, the sweep, crashes during recovery, shrunk runs, and a
// failure without a crash.
func TestFindingsOfAnEarlierVersionReplay(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("testdata", "replay")
	data, err := os.ReadFile(filepath.Join(dir, "cases.json"))
	require.NoError(t, err)
	var cases []savedCase
	require.NoError(t, json.Unmarshal(data, &cases))
	require.Len(t, cases, 15)
	for _, c := range cases {
		t.Run(c.File, func(t *testing.T) {
			t.Parallel()
			bug, known := bugs[c.Bug]
			require.True(t, known)
			target := toy.Target(bug)
			if bug == toy.Leaks || bug == toy.Forgetful {
				target.CheckFiles = nil // these findings do not come from the check of the files
			}
			file := filepath.Join(dir, c.File)
			again, err := Replay(t.Context(), []Target{target}, file, ReplayOptions{})
			require.NoError(t, err)
			require.True(t, again.Reproduced, "%s: %s", file, again.Diverged)
			f := again.Finding
			assert.Equal(t, []string{c.ID, c.Judge, c.Class, c.Sentence, c.Device}, []string{f.ID, f.Judge, f.Class, f.Sentence, f.Device})
			assert.Equal(t, []uint64{c.CrashTick, c.NestedTick}, []uint64{f.CrashTick, f.NestedTick})
			assert.Equal(t, c.Token, f.Token, "the evidence gives the same token")

			// The generators have changed since, so the token alone is refused. With its evidence it replays.
			_, err = Replay(t.Context(), []Target{target}, c.Token, ReplayOptions{})
			require.ErrorIs(t, err, ErrBadToken)
			require.ErrorContains(t, err, "replay the .ltrace file that was saved with the finding, or use that version")
			healthy, err := Replay(t.Context(), []Target{toy.Target(toy.Correct)}, file, ReplayOptions{})
			require.NoError(t, err)
			assert.Equal(t, c.FailsWithoutBug, healthy.Reproduced)

			judged, err := Rejudge(t.Context(), []Target{toy.Target(toy.Correct)}, file)
			require.NoError(t, err)
			assert.Equal(t, c.Rejudged, judged.Verdict.String())
			assert.Equal(t, c.Reason, judged.Reason)
			var classes []string
			for _, v := range judged.Violations {
				classes = append(classes, v.Class)
			}
			assert.Equal(t, c.Classes, classes)
		})
	}
}
