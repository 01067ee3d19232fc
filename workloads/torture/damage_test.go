package torture

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/recovery"
)

// Damage in a log looks like a torn write, so it excuses the loss of what follows it, but not of what precedes it.
func TestDamageOfALogExcusesWhatFollowsIt(t *testing.T) {
	sameRaces(t)
	o := toyOptions("bitrot")
	o.Workloads, o.Keys = []string{"kv"}, 200
	assert.Equal(t, checker.Pass, check(t, toy.Correct, o).Verdict)
	r := check(t, toy.RotTakesAll, o)
	require.Equal(t, checker.Fail, r.Verdict, "%v", r.Reasons)
	assert.Equal(t, "lost", r.Findings[0].Class)
	assert.Equal(t, "durability", r.Findings[0].Judge)
}

func TestDamageIsExcusedOnlyWhereItLooksLikeACrash(t *testing.T) {
	sameRaces(t)
	for _, c := range []struct {
		name, fault  string
		logs, append []string
		workload     string // register has short values, so its log fits in one block
		want         checker.Verdict
	}{
		{"truncation of a log file may lose commits", "truncated-file", []string{"log"}, nil, "register", checker.Pass},
		{"truncation of an append-only file may lose commits", "truncated-file", nil, []string{"log"}, "register", checker.Pass},
		{"truncation of any other file must be noticed", "truncated-file", nil, nil, "register", checker.Fail},
		{"a stale block must be noticed", "stale-block", nil, nil, "register", checker.Fail},
		{"a stale block in an append-only file must be noticed", "stale-block", nil, []string{"log"}, "edges", checker.Fail},
		{"a stale last block of an append-only file looks like a truncation", "stale-block", nil, []string{"log"}, "register", checker.Pass},
		{"a stale block in a log looks like a torn write", "stale-block", []string{"log"}, nil, "register", checker.Pass},
		{"a flipped bit in a log looks like a torn write", "bitrot", []string{"log"}, nil, "register", checker.Pass},
	} {
		t.Run(c.name, func(t *testing.T) {
			target := toy.Target(toy.Correct)
			target.LogGlobs, target.AppendGlobs = c.logs, c.append
			o := toyOptions(c.fault)
			o.Workloads, o.StopAfter, o.NoShrink = []string{c.workload}, 1, true
			r, err := Check(t.Context(), target, o)
			require.NoError(t, err)
			assert.Equal(t, c.want, r.Verdict, "%v %+v", r.Reasons, r.Findings)
		})
	}
}

// An engine may claim that its log records prove what precedes them, or that a closed store is distinguishable from a crashed
// one. The lab holds it to that.
func TestDamageIsExcusedOnlyWithinTheClaimsOfTheEngine(t *testing.T) {
	sameRaces(t)
	proven := func(t Target) Target { t.LogGlobs, t.ProvenLogGlobs = nil, []string{"log"}; return t }
	closes := func(t Target) Target { t.Promises.CloseLeavesNoTail = true; return t }
	reports := func(t Target) Target { t.Promises.ReportsCorruption = true; return t }
	unnamed := func(t Target) Target {
		open := t.Open
		t.Open = func(env Env) (workloads.Store, error) {
			s, err := open(env)
			if errors.Is(err, workloads.ErrCorrupt) {
				err = errors.New("the log is too short")
			}
			return s, err
		}
		return t
	}
	for _, c := range []struct {
		name   string
		target Target
		faults []string
		want   checker.Verdict
	}{
		{
			"an engine whose claims are true passes", toy.Careful(),
			[]string{"bitrot", "stale-block", "misplaced-block", "truncated-file", "power"},
			checker.Pass,
		},
		{"an undeclared error also counts as noticed damage", unnamed(toy.Careful()), []string{"bitrot", "truncated-file"}, checker.Pass},
		{"an undeclared error does not count if the engine promised to report damage as such", reports(unnamed(toy.Careful())), []string{"truncated-file"}, checker.Fail},
		{"an engine that reports damage as promised passes", reports(toy.Careful()), []string{"truncated-file"}, checker.Pass},
		{"a false claim of proofs does not excuse a flipped bit", proven(toy.Target(toy.Correct)), []string{"bitrot"}, checker.Fail},
		{"no proof is expected after a stale block", proven(toy.Target(toy.Correct)), []string{"stale-block"}, checker.Pass}, // a stale block holds no later record
		{"after a clean close, truncation must be noticed", closes(toy.Target(toy.Correct)), []string{"truncated-file"}, checker.Fail},
		{"after a clean close, a flipped bit must be noticed", closes(toy.Target(toy.Correct)), []string{"bitrot"}, checker.Fail},
		{"after a clean close, truncation of an append-only file must be noticed", closes(growing(toy.Target(toy.Correct))), []string{"truncated-file"}, checker.Fail},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := toyOptions(c.faults...)
			o.Rounds, o.StopAfter, o.NoShrink = 2, 1, true
			r, err := Check(t.Context(), c.target, o)
			require.NoError(t, err)
			require.Equal(t, c.want, r.Verdict, "%v %+v", r.Reasons, r.Findings)
			if c.want == checker.Fail {
				assert.Contains(t, []string{"lost", recovery.DoesNotRecover}, r.Findings[0].Class)
				again, err := Replay(t.Context(), []Target{c.target}, r.Findings[0].Token, ReplayOptions{})
				require.NoError(t, err)
				assert.True(t, again.Reproduced)
			}
		})
	}
}

func growing(t Target) Target {
	t.LogGlobs, t.AppendGlobs = nil, []string{"log"}
	return t
}
