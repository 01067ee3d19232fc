package torture

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/audit"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

func lifecycleOptions(clients int, faults ...string) Options {
	return Options{
		Workloads: []string{"lifecycle"}, Faults: faults, Profile: "posix-min", Rounds: 3, Clients: clients, Ops: 60, Keys: 30,
		Seed: 7, CrashPoints: 10,
	}
}

func TestACorrectStorePassesLifecycle(t *testing.T) {
	for _, clients := range []int{3, 1} {
		if clients == 1 {
			sameRaces(t)
		}
		o := lifecycleOptions(clients, "power", "killed", "eio", "eviction")
		o.CrashPoints = scope(3, 10, 10)
		r := check(t, toy.Correct, o)
		assert.Equal(t, checker.Pass, r.Verdict, "%d clients: %v %+v", clients, r.Reasons, r.Findings)
	}
}

func TestEveryBugInAdministrationIsFound(t *testing.T) {
	for _, c := range []struct {
		name  string
		bug   toy.Bug
		class string
	}{
		{"a checkpoint lacks a key", toy.CopiesTooLittle, "reads: stale read"},
		{"a second opener is let in", toy.LetsOthersIn, "administration: second opener"},
		{"a read-only store writes", toy.TrimsReadOnly, "administration: read-only"},
		{"a checkpoint is not synced", toy.CopiesUnsynced, "copy differs"},
		{"the last commit is lost when the store is closed", toy.ForgetsAtClose, "reads: stale read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.bug != toy.LetsOthersIn {
				sameRaces(t)
			}
			o := lifecycleOptions(1, "power")
			o.NoShrink = c.bug != toy.CopiesUnsynced // one case suffices to show that such findings shrink
			r := check(t, c.bug, o)
			require.Equal(t, checker.Fail, r.Verdict, "%v", r.Reasons)
			var classes []string
			for _, f := range r.Findings {
				classes = append(classes, f.Class)
			}
			require.Contains(t, classes, c.class)
			replayed, err := Replay(context.Background(), []Target{toy.Target(c.bug)}, r.Findings[0].Token, ReplayOptions{Attempts: 1})
			require.NoError(t, err)
			assert.Equal(t, 1, replayed.Hits, "%s", r.Findings[0].Token)
		})
	}
}

// A finding of an audit is explained by experiments with the audited image.
func TestAFindingOfAnAuditNamesTheMissingOrder(t *testing.T) {
	r := check(t, toy.CopiesUnsynced, lifecycleOptions(1, "power"))
	i := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Judge == audit.Judge })
	require.GreaterOrEqual(t, i, 0)
	f := r.Findings[i]
	require.NotNil(t, f.Explanation)
	assert.Regexp(t, "^(checkpoint|backup) #[0-9]+ was acknowledged before the write of .*/log .* was durable", f.Explanation.Sentence)
	assert.True(t, slices.ContainsFunc(f.Trace, func(l evidence.TraceLine) bool { return l.Fate == "lost" }))
}

// busy is a toy that writes in the background. The lab must not take these writes for the work of a second opener.
type busy struct {
	*toy.Store
	stop, stopped chan struct{}
}

func newBusy(s *toy.Store, env Env) *busy {
	b := &busy{s, make(chan struct{}), make(chan struct{})}
	go func() {
		defer close(b.stopped)
		for {
			select {
			case <-b.stop:
				return
			default:
				_ = env.FS.Mkdir("background", 0o777)
				_ = env.FS.Remove("background")
				runtime.Gosched()
			}
		}
	}()
	return b
}

func (b *busy) Close() error {
	close(b.stop)
	<-b.stopped
	return b.Store.Close()
}

func TestBackgroundWorkIsNotBlamedOnASecondOpener(t *testing.T) {
	target := toy.Target(toy.Correct)
	open, began := target.Open, sync.Map{} // the disks on which a store was created; the others are those of recoveries
	target.Open = func(env Env) (workloads.Store, error) {
		if _, err := env.FS.Stat(env.Dir); err != nil {
			began.Store(env.FS, true)
		}
		for range 100 {
			runtime.Gosched() // a real engine does some work before it finds the store locked
		}
		s, err := open(env)
		if _, here := began.Load(env.FS); err != nil || !here {
			return s, err
		}
		return newBusy(s.(*toy.Store), env), nil
	}
	o := lifecycleOptions(1, "power")
	o.CrashPoints = 2
	r, err := Check(t.Context(), target, o)
	require.NoError(t, err)
	assert.Equal(t, checker.Pass, r.Verdict, "%v %+v", r.Reasons, r.Findings)
}

func TestARefusedOpenerThatChangesTheDiskIsFound(t *testing.T) {
	sameRaces(t)
	target := toy.Target(toy.Correct)
	open := target.Open
	target.Open = func(env Env) (workloads.Store, error) {
		s, err := open(env)
		if errors.Is(err, workloads.ErrLocked) {
			err = errors.Join(err, env.FS.Mkdir("harm", 0o777), env.FS.Remove("harm"))
		}
		return s, err
	}
	r, err := Check(t.Context(), target, lifecycleOptions(1, "power"))
	require.NoError(t, err)
	require.Len(t, r.Findings, 1)
	assert.Equal(t, "administration: second opener changes", r.Findings[0].Class)
	replayed, err := Replay(t.Context(), []Target{target}, r.Findings[0].Token, ReplayOptions{})
	require.NoError(t, err)
	assert.True(t, replayed.Reproduced)
}
