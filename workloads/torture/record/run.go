package record

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/remains"
	"github.com/lightningdb/lightning-torture/workloads/torture/stack"
)

// Run runs the workload of a plan on a new disk. An engine that does not answer an operation for as long as patience
// counts as hanging. When ctx ends, the run ends after the operations under way.
func Run(ctx context.Context, target contract.Target, p *plan.Plan, patience time.Duration) *Recording {
	r := Watched(ctx, target, p, patience, nil)
	if len(p.Rules) == 0 && len(r.Problems) == 0 && r.Closed && len(r.CrashTicks()) > 0 { // a store that writes nothing is judged elsewhere
		r.Problems = elsewhere(ctx, target, p, patience)
		if len(r.Problems) == 0 {
			r.Problems = unread(ctx, target, r, patience)
		}
	}
	return r
}

// Watched is Run; it also calls called with each call of the filesystem, see faultfs.FS.Watch.
func Watched(
	ctx context.Context, target contract.Target, p *plan.Plan, patience time.Duration, called func(kind faultfs.OpKind, path, to string),
) *Recording {
	clock := &history.Clock{}
	fs := faultfs.New(faultfs.Options{
		Tick: func() uint64 { return uint64(clock.Next()) }, Clock: yielding{}, Callers: true, Yield: busy(p),
	})
	if !target.Promises.MakesDir {
		prepare(fs)
	}
	fs.SetRules(p.RulesAt(false, 0)...)
	fs.Watch(called)
	rec := history.NewRecorder(clock)
	done := make(chan error, 1)
	loaded := func() {
		if p.AfterLoading {
			fs.SetRules(p.RulesAt(true, uint64(clock.Now()))...)
		}
	}
	notes := &notebook{clock: clock}
	var lacking atomic.Pointer[[]history.Kind]
	var looks atomic.Int64 // at a store that comes to rest
	env := contract.Env{FS: fs, Dir: StoreDir, Inline: inline(p), Limits: p.Spec.Limits}.Stopping(Stopping(done)).Noting(notes.add)
	go func() {
		err := workloads.ErrExited // unless the goroutine gets to its end
		defer func() {
			select {
			case done <- err:
			default: // the engine has stopped
			}
		}()
		run := &runner{target: target, env: env, disk: fs, plan: p, rec: rec, looks: &looks}
		err = run.run(ctx, workloads.DriveOptions{
			Loaded: loaded, Lacking: func(kinds []history.Kind) { lacking.Store(&kinds) }, Appended: (&appends{fs: fs, target: &target}).end,
		})
	}()
	err := await(ctx, done, patience, func() int { return rec.Events() + int(looks.Load()) })
	now := clock.Now()
	r := &Recording{Plan: p, Injected: fs.Injected(), Matched: fs.Matched(), Notes: notes.until(now)}
	r.Trace, r.History = until(now, fs.Trace(), rec.Ops())
	if kinds := lacking.Load(); kinds != nil {
		r.Lacking = *kinds
	}
	r.Closed = err == nil
	r.CutOff = errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
	r.Problems = problemsOf(ctx, r, err, target.Promises)
	return r
}

// problemsOf turns an error of the running store into a violation; nil if an injected fault explains the error.
func problemsOf(ctx context.Context, r *Recording, err error, promises contract.Promises) []checker.Violation {
	var panicked *workloads.Panic
	var hang *Hang
	var stopped *Stopped
	var restless unrest
	faulty := r.Excused() != history.Never
	stops := errors.As(err, &panicked) || errors.As(err, &stopped)
	switch {
	case stops && faulty && promises.StopsOnError:
		return nil
	case stops && stopped != nil:
		return []checker.Violation{stopped.violation(faulty)}
	case errors.As(err, &panicked):
		return []checker.Violation{PanicViolation(panicked)}
	case errors.As(err, &hang):
		return []checker.Violation{hang.Violation()}
	case errors.As(err, &restless):
		return restless
	case err == nil, ctx.Err() != nil, faulty:
		return nil
	}
	return []checker.Violation{{
		Class: "unexpected error", Sentence: "the store failed on a disk that did what it was told: " + err.Error(), Cause: err.Error(),
	}}
}

// PanicViolation returns the violation of an engine that panicked.
func PanicViolation(p *workloads.Panic) checker.Violation {
	v := checker.Violation{
		Class: "panic", Sentence: fmt.Sprintf("the engine panicked: %v", p.Value), Evidence: stack.OfPanic(string(p.Stack)),
		Check: stack.Panicked(string(p.Stack)),
	}
	if ofGo, ok := p.Value.(runtime.Error); ok {
		v.Cause = ofGo.Error()
	}
	return v
}

// runner runs scripts on a store.
type runner struct {
	target contract.Target
	env    contract.Env
	disk   *faultfs.FS // the one in env
	plan   *plan.Plan
	rec    *history.Recorder
	looks  *atomic.Int64 // at a store that comes to rest
}

// run opens the store, runs the script and closes the store, and then does the same for the sequel. The sequel runs
// even if the script failed, because it matters how a store behaves when it is opened after an error. opts has the
// options of the first session that do not follow from the plan.
func (r *runner) run(ctx context.Context, opts workloads.DriveOptions) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &workloads.Panic{Value: v, Stack: debug.Stack()}
		}
	}()
	oneByOne := !r.target.Promises.AtomicBatch
	opts.OneByOne, opts.PhaseOps = oneByOne, r.plan.Phase
	opts.BlockBytes, opts.HeaderBytes = r.target.LogBlockBytes, r.target.LogHeaderBytes
	err = r.session(ctx, r.plan.Script, opts)
	if panicked := (*workloads.Panic)(nil); r.plan.Sequel == nil || errors.As(err, &panicked) {
		return err
	}
	return errors.Join(err, r.session(ctx, *r.plan.Sequel, workloads.DriveOptions{OneByOne: oneByOne}))
}

// session runs one session of the store, from opening it to closing it.
func (r *runner) session(ctx context.Context, script workloads.Script, opts workloads.DriveOptions) error {
	store, err := r.target.OpenStore(r.env)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	opts.Opener, opts.Reopened = r.opener(), func(s workloads.Store) {
		if store = s; s != nil {
			r.env.Note(contract.Reopened)
		}
	}
	drove := workloads.Drive(ctx, store, script, r.rec, opts)
	if panicked := (*workloads.Panic)(nil); store == nil || errors.As(drove, &panicked) || errors.Is(drove, workloads.ErrExited) {
		return drove // the engine may still hold a lock that Close would wait for
	}
	if drove == nil {
		drove = r.rest(store)
	}
	if err := store.Close(); err != nil {
		return errors.Join(drove, fmt.Errorf("close: %w", err))
	}
	return drove
}

// unrest is the error of a store that does not come to rest.
type unrest []checker.Violation

func (u unrest) Error() string { return u[0].Sentence }

// rest lets the store come to rest before it is closed, in half of the runs without faults. In the others it may be closed
// in the middle of its work.
func (r *runner) rest(store workloads.Store) error {
	if len(r.plan.Rules) > 0 || r.plan.Spec.Seed%2 > 0 {
		return nil
	}
	if wrong := remains.Rest(store, r.disk, func() { r.looks.Add(1) }); len(wrong) > 0 {
		return unrest(wrong)
	}
	return nil
}

// opener returns a function that opens further stores while this one runs. If a rule evicts clean pages after a failed
// sync, the running store is not reopened, because it would then lack data that only a crash may take away.
func (r *runner) opener() workloads.Opener {
	o := r.target.Opener(r.env)
	if slices.ContainsFunc(r.plan.Rules, func(rule *faultfs.Rule) bool { return rule.Effect == faultfs.Evict }) {
		o.Open = nil
	}
	return o
}

// yielding is the clock of slow disks. It does not wait in real time: while a call is slow, it yields to other
// goroutines once per millisecond of delay.
type yielding struct{}

func (yielding) Sleep(d time.Duration) {
	for range min(d.Milliseconds(), 100) {
		runtime.Gosched()
	}
}
