package torture

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

func TestBugsThatOnlyFurtherCrashesShow(t *testing.T) {
	sameRaces(t)
	for _, c := range []struct {
		name         string
		bug          toy.Bug
		judge, class string
		why          string
	}{
		{
			"each recovery leaves a file", toy.Leaks, "growth", "leaks files",
			`^\d+ of the \d+ files that are new or have grown since the first recovery were made by calls like the create of db/\d+ ` +
				`\(.toy/toy.go:\d+.\) and never removed; they have grown by 0 bytes$`,
		},
		{
			"each close leaves a file", toy.LeaksBySession, "growth", "leaks files",
			`^\d+ of the \d+ files that are new or have grown since the first recovery were made by calls like the create of db/\d+ ` +
				`\(.toy/close.go:\d+.\) and never removed; they have grown by 0 bytes$`,
		},
		{
			"a recovery loses more if the previous one was interrupted", toy.Forgetful, "recovery", "recovery does not repeat",
			`^nothing has to be lost: a crash right after the create of db/recovering \(.toy/toy.go:\d+.\) fails although the disk kept everything; ` +
				`the remove of db/recovering \(.toy/toy.go:\d+.\) came too late \(\d+ operations later\): after it the same crash does no harm$`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			target := toy.Target(c.bug)
			target.CheckFiles = nil // so that only the growth shows the leak
			o := toyOptions("power")
			o.Workloads, o.Rounds, o.NoShrink = []string{"kv"}, 2, true
			r, err := Check(t.Context(), target, o)
			require.NoError(t, err)
			require.Equal(t, checker.Fail, r.Verdict)
			findings := slices.DeleteFunc(r.Findings, func(f Finding) bool { // a store that is closed and opened without a crash grows as well
				return f.Class == "remains: space"
			})
			require.Len(t, findings, 1, "%+v", findings)
			f := findings[0]
			assert.Equal(t, []string{c.judge, c.class}, []string{f.Judge, f.Class})
			assert.Equal(t, c.bug == toy.LeaksBySession, strings.Contains(f.Sentence, "sessions of a few writes"), f.Sentence)
			require.NotNil(t, f.Explanation, f.Sentence)
			assert.Regexp(t, c.why, f.Explanation.Sentence)
			again, err := Replay(t.Context(), []Target{target}, f.Token, ReplayOptions{Attempts: 2})
			require.NoError(t, err)
			assert.Equal(t, 2, again.Hits)
			fixed, err := Replay(t.Context(), []Target{toy.Target(toy.Correct)}, f.Token, ReplayOptions{})
			require.NoError(t, err)
			assert.False(t, fixed.Reproduced)
		})
	}
}

// weary is a toy that leaves a file each time it is opened, and appears empty once there are many of them.
type weary struct {
	*toy.Store
	tired bool
}

func (w *weary) Scan(from, to []byte, visit func(key, value []byte) bool) error {
	if w.tired {
		return nil
	}
	return w.Store.Scan(from, to, visit)
}

func TestAFailureAfterManyCrashesSaysSoAndReplays(t *testing.T) {
	sameRaces(t)
	target := toy.Target(toy.Leaks)
	target.CheckFiles = nil
	target.Open = func(env Env) (workloads.Store, error) {
		s, err := toy.Open(env, toy.Leaks)
		if err != nil {
			return nil, err
		}
		_, err = env.FS.Stat(env.Dir + "/9")
		return &weary{s, err == nil}, nil
	}
	o := toyOptions("power")
	o.Workloads, o.NoShrink, o.Dir = []string{"kv"}, true, t.TempDir()
	r, err := Check(t.Context(), target, o)
	require.NoError(t, err)
	require.Equal(t, checker.Fail, r.Verdict)
	late := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Crashes > 5 }) // its files grow even without crashes
	require.GreaterOrEqual(t, late, 0)
	f := r.Findings[late]
	assert.Regexp(t, `^After \d+ crashes in a row, each during the recovery from the one before or soon after it: commit #\d+ `, f.Sentence)
	assert.Equal(t, []int{8, 8}, []int{f.Shown, f.ShownOf})
	require.NotNil(t, f.Explanation, f.Sentence)
	assert.Regexp(t, `^in the session before the last of \d+ crashes in a row, nothing has to be lost: a crash right after the create of db/8 `, f.Explanation.Sentence)
	for _, what := range []string{f.Token, f.File} {
		again, err := Replay(t.Context(), []Target{target}, what, ReplayOptions{Attempts: 2})
		require.NoError(t, err)
		assert.Equal(t, 2, again.Hits)
		assert.Equal(t, f.Crashes, again.Finding.Crashes)
	}
}

// frail is a toy that refuses commits once a certain file is there.
type frail struct {
	*toy.Store
	broken bool
}

var errFrail = errors.New("the store is full")

func (f *frail) Apply(writes []history.Write, d history.Durability) error {
	if f.broken {
		return errFrail
	}
	return f.Store.Apply(writes, d)
}

// Such stores recover and show everything, so only a client that writes meets the bug.
func TestWhatOnlyAClientOfTheRecoveredStoreMeetsIsExplained(t *testing.T) {
	sameRaces(t)
	for _, c := range []struct {
		name string
		bug  toy.Bug
		full string // the file with which the store refuses commits
		why  string
	}{
		{"a recovery leaves a file", toy.Leaks, "/1", `^nothing has to be lost: a crash right after the create of db/0 \(.toy/toy.go:\d+.\) fails`},
		{
			"the sixth close leaves a file", toy.LeaksBySession, "/6",
			`^in \d+ sessions after the crash, nothing has to be lost: a crash right after the create of db/6 \(.toy/close.go:\d+.\) fails`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			target := toy.Target(c.bug)
			target.CheckFiles = nil
			target.Open = func(env Env) (workloads.Store, error) {
				s, err := toy.Open(env, c.bug)
				if err != nil {
					return nil, err
				}
				_, err = env.FS.Stat(env.Dir + c.full)
				return &frail{s, err == nil}, nil
			}
			o := toyOptions("power")
			o.Workloads, o.NoShrink = []string{"kv"}, true
			r, err := Check(t.Context(), target, o)
			require.NoError(t, err)
			at := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Judge == "recovery" && f.Class == "unexpected error" })
			require.GreaterOrEqual(t, at, 0, "%+v", r.Findings)
			f := r.Findings[at]
			require.NotNil(t, f.Explanation, f.Sentence)
			assert.Regexp(t, c.why, f.Explanation.Sentence)
		})
	}
}

// An engine that does not promise repeatable recoveries may lose, in a repeated one, what it never promised to keep.
func TestRecoveriesMustRepeatOnlyIfPromised(t *testing.T) {
	sameRaces(t)
	target := toy.Target(toy.Forgetful)
	target.Promises.RecoveryRepeats = false
	o := toyOptions("power")
	o.Workloads = []string{"kv"}
	r, err := Check(t.Context(), target, o)
	require.NoError(t, err)
	assert.Equal(t, checker.Pass, r.Verdict, "%+v", r.Findings)
}

func TestSmallRunsAreCrashedExhaustivelyToDepthTwo(t *testing.T) {
	sameRaces(t)
	o := toyOptions("power")
	o.Ops, o.Keys = 3, 2
	r := check(t, toy.Correct, o)
	require.Equal(t, checker.Pass, r.Verdict)
	assert.Equal(t, r.CrashPoints, r.DeepPoints)
	assert.Equal(t, 100*o.Rounds, r.RecoveryCycles)
}
