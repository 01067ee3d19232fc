package torture

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

// failStop is a toy that stops after the first failed commit.
type failStop struct {
	*toy.Store
	stop func(reason string)
}

func (f *failStop) Apply(writes []history.Write, d history.Durability) error {
	err := f.Store.Apply(writes, d)
	if err != nil {
		f.stop(err.Error())
	}
	return err
}

// failStopTarget returns a toy that stops through stopping(Env.Stop).
func failStopTarget(bug toy.Bug, promised bool, stopping func(stop func(string)) func(string)) Target {
	t := toy.Target(bug)
	t.Promises.StopsOnError = promised
	t.Open = func(env Env) (workloads.Store, error) {
		s, err := toy.Open(env, bug)
		return &failStop{s, stopping(env.Stop)}, err
	}
	return t
}

func TestAnEngineMayStopOnErrorsIfItSaysSo(t *testing.T) {
	sameRaces(t)
	o := toyOptions("eio", "failed-fsync", "short-write")
	o.Clients, o.Rounds, o.CrashPoints, o.NoShrink = 3, 2, 12, true
	var stops atomic.Int64
	how := map[string]func(stop func(string)) func(string){
		"Env.Stop": func(stop func(string)) func(string) {
			return func(reason string) {
				stops.Add(1)
				stop(reason)
			}
		},
		"in the background": func(stop func(string)) func(string) {
			return func(reason string) {
				go stop(reason)
				select {}
			}
		},
		"panic": func(func(string)) func(string) { return func(reason string) { panic(reason) } },
	}
	for name, stopping := range how {
		t.Run(name, func(t *testing.T) {
			r, err := Check(t.Context(), failStopTarget(toy.Correct, true, stopping), o)
			require.NoError(t, err)
			assert.Equal(t, checker.Pass, r.Verdict, "%v %+v", r.Reasons, r.Findings)
			unpromised, err := Check(t.Context(), failStopTarget(toy.Correct, false, stopping), o)
			require.NoError(t, err)
			assert.Equal(t, checker.Fail, unpromised.Verdict)
		})
	}
	assert.Positive(t, stops.Load())
	o.Clients, o.Rounds = 1, 4 // with one client, what a retried sync loses does not depend on the schedule
	r, err := Check(t.Context(), failStopTarget(toy.RetrySync, true, how["Env.Stop"]), o)
	require.NoError(t, err)
	assert.Equal(t, checker.Fail, r.Verdict, "stopping excuses no loss")
}

func TestAnEngineMayNotStopOnAHealthyDisk(t *testing.T) {
	o := toyOptions("power")
	o.Rounds = 1
	target := toy.Target(toy.Correct)
	target.Promises.StopsOnError = true
	target.Open = func(env Env) (workloads.Store, error) {
		s, err := toy.Open(env, toy.Correct)
		return &hostile{Store: s, apply: func(n int) error {
			if n == 5 {
				env.Stop("it is late")
			}
			return nil
		}}, err
	}
	r, err := Check(t.Context(), target, o)
	require.NoError(t, err)
	require.Equal(t, checker.Fail, r.Verdict)
	assert.Equal(t, "The engine stopped: it is late; the disk did what it was told", r.Findings[0].Sentence)
}

// TestAnEngineMayStopInARecoveryThatFails stops on a goroutine that nobody waits for, with files open and locks held, as an
// engine does that recovers in several goroutines.
func TestAnEngineMayStopInARecoveryThatFails(t *testing.T) {
	o := toyOptions("power")
	o.Clients, o.Rounds, o.CrashPoints, o.NoShrink = 1, 1, 12, true
	var stops atomic.Int64
	target := toy.Target(toy.Correct)
	target.Promises.StopsOnError = true
	target.Open = func(env Env) (workloads.Store, error) {
		s, err := toy.Open(env, toy.Correct)
		if err != nil {
			stops.Add(1)
			_, _ = env.FS.Open(env.Dir)
			go env.Stop(err.Error())
			select {}
		}
		return s, err
	}
	r, err := Check(t.Context(), target, o)
	require.NoError(t, err)
	assert.Equal(t, checker.Pass, r.Verdict, "%v %+v", r.Reasons, r.Findings)
	assert.Positive(t, stops.Load())
}
