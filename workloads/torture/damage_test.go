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

// What lies in a log before the damage does not look like a torn write.
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
		workload     string // that of registers has short values, so that a log has a single block
		want         checker.Verdict
	}{
		{"what a truncation took from a log may be lost", "truncated-file", []string{"log"}, nil, "register", checker.Pass},
		{"and from a file that only grows", "truncated-file", nil, []string{"log"}, "register", checker.Pass},
		{"but from no other", "truncated-file", nil, nil, "register", checker.Fail},
		{"an old block must be noticed", "stale-block", nil, nil, "register", checker.Fail},
		{"in files that only grow, too", "stale-block", nil, []string{"log"}, "edges", checker.Fail},
		{"unless nothing lies behind it", "stale-block", nil, []string{"log"}, "register", checker.Pass},
		{"in a log it looks like a torn write", "stale-block", []string{"log"}, nil, "register", checker.Pass},
		{"as a flipped bit does", "bitrot", []string{"log"}, nil, "register", checker.Pass},
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

// Who claims that records prove what lies before them, or that a closed store is not like one that crashed, is held to it.
func TestDamageIsExcusedOnlyAsFarAsTheEngineSays(t *testing.T) {
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
			"an engine that proves all that it says passes", toy.Careful(),
			[]string{"bitrot", "stale-block", "misplaced-block", "truncated-file", "power"},
			checker.Pass,
		},
		{"an error of its own says that damage was noticed", unnamed(toy.Careful()), []string{"bitrot", "truncated-file"}, checker.Pass},
		{"unless it promised to name it", reports(unnamed(toy.Careful())), []string{"truncated-file"}, checker.Fail},
		{"as this one does", reports(toy.Careful()), []string{"truncated-file"}, checker.Pass},
		{"one that claims proofs and has none loses what they would show", proven(toy.Target(toy.Correct)), []string{"bitrot"}, checker.Fail},
		{"also to a block that is old", proven(toy.Target(toy.Correct)), []string{"stale-block"}, checker.Pass}, // it holds no later record
		{"nor is a cut excused behind a clean close", closes(toy.Target(toy.Correct)), []string{"truncated-file"}, checker.Fail},
		{"nor a rotten bit", closes(toy.Target(toy.Correct)), []string{"bitrot"}, checker.Fail},
		{"nor a cut of a file that only grows", closes(growing(toy.Target(toy.Correct))), []string{"truncated-file"}, checker.Fail},
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
