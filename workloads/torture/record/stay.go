package record

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/remains"
)

// RunAndStay is Run. If no fault was to hit and nothing was wrong, it also examines another store, under the same
// limits, for what it leaves behind. If that store grows, this is a problem of the run.
func RunAndStay(ctx context.Context, target contract.Target, p *plan.Plan, patience time.Duration) *Recording {
	r := Run(ctx, target, p, patience)
	if len(r.Problems) == 0 && !r.CutOff && staysDue(&target, p) {
		r.Problems, r.Stayed = stay(ctx, target, p, patience)
	}
	return r
}

// Stays does the same for many runs of one target, but examines only one store for each setting of the limits, because
// a second one would do the same. The zero value is ready for use, by one caller at a time.
type Stays struct{ passed map[string]bool }

// Run is RunAndStay, unless a store like that of the run was examined before and found to be fine.
func (s *Stays) Run(ctx context.Context, target contract.Target, p *plan.Plan, patience time.Duration) *Recording {
	like := fmt.Sprintf("%v, %s", inline(p), p.Spec.Limits)
	if s.passed[like] {
		return Run(ctx, target, p, patience)
	}
	r := RunAndStay(ctx, target, p, patience)
	if len(r.Problems) == 0 && !r.CutOff && staysDue(&target, p) && ctx.Err() == nil {
		if s.passed == nil {
			s.passed = map[string]bool{}
		}
		s.passed[like] = true
	}
	return r
}

// inline reports whether the store of a plan does all its work in the goroutines of its clients.
func inline(p *plan.Plan) bool { return p.Clients() <= 1 }

func staysDue(target *contract.Target, p *plan.Plan) bool {
	return !target.IsLog() && len(p.Rules) == 0 && p.Spec.Scenario == ""
}

// stay takes a store through many rounds and sessions and returns what grows or fails, and then the trace of the store. The store
// hangs if it makes no call of the disk for as long as patience.
func stay(ctx context.Context, target contract.Target, p *plan.Plan, patience time.Duration) ([]checker.Violation, []faultfs.Op) {
	fs := faultfs.New(faultfs.Options{Clock: yielding{}, Callers: true})
	if !target.Promises.MakesDir {
		prepare(fs)
	}
	done := make(chan error, 1)
	env := contract.Env{FS: fs, Dir: StoreDir, Inline: inline(p), Limits: p.Spec.Limits}.Stopping(Stopping(done))
	found := make(chan []checker.Violation, 1)
	go func() {
		err := workloads.ErrExited // unless the goroutine gets to its end
		defer func() {
			if v := recover(); v != nil {
				err = &workloads.Panic{Value: v, Stack: debug.Stack()}
			}
			done <- err
		}()
		wrong, failed := remains.Examine(&target, env, fs)
		found <- wrong
		err = failed
	}()
	err := await(ctx, done, patience, func() int { return int(fs.Calls(faultfs.OpOpen) + fs.Now()) })
	if problems := problemsOf(ctx, &Recording{Plan: p}, err, target.Promises); len(problems) > 0 {
		for i := range problems {
			problems[i].Sentence = fmt.Sprintf("in many rounds and sessions of the same writes: %s", problems[i].Sentence)
			problems[i].Check = "stay " + problems[i].Check
		}
		return problems, fs.Trace()
	}
	if err != nil {
		return nil, nil // no longer waited for
	}
	if grown := <-found; len(grown) > 0 {
		return grown, fs.Trace()
	}
	return nil, nil
}
