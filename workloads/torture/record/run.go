package record

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/stack"
)

// Run runs the workload of a plan on a fresh disk. The engine may take as long as patience over one operation before it
// counts as hanging. When ctx ends, the run ends after the operations that have begun.
func Run(ctx context.Context, target contract.Target, p *plan.Plan, patience time.Duration) *Recording {
	r := Watched(ctx, target, p, patience, nil)
	if len(p.Rules) == 0 && len(r.Problems) == 0 && r.Closed && len(r.CrashTicks()) > 0 { // others judge one that writes nothing
		r.Problems = elsewhere(ctx, target, p, patience)
		if len(r.Problems) == 0 {
			r.Problems = unread(ctx, target, r, patience)
		}
	}
	return r
}

// Watched is Run, and tells called of each call of the filesystem; see faultfs.FS.Watch.
func Watched(
	ctx context.Context, target contract.Target, p *plan.Plan, patience time.Duration, called func(kind faultfs.OpKind, path, to string),
) *Recording {
	clock := &history.Clock{}
	fs := faultfs.New(faultfs.Options{
		Tick: func() uint64 { return uint64(clock.Next()) }, Clock: yielding{}, Callers: true,
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
	env := contract.Env{FS: fs, Dir: StoreDir, Inline: inline(p), Limits: p.Spec.Limits}.Stopping(Stopping(done)).Noting(notes.add)
	go func() {
		err := workloads.ErrExited // unless it gets to its end
		defer func() {
			select {
			case done <- err:
			default: // it has stopped
			}
		}()
		err = runStore(ctx, target, fs, env, p, rec, loaded)
	}()
	err := await(ctx, done, patience, rec.Events)
	now := clock.Now()
	r := &Recording{Plan: p, Injected: fs.Injected(), Matched: fs.Matched(), Notes: notes.until(now)}
	r.Trace, r.History = until(now, fs.Trace(), rec.Ops())
	r.Closed = err == nil
	r.CutOff = errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
	r.Problems = problemsOf(ctx, r, err, target.Promises)
	return r
}

// problemsOf returns what an error of the running store means: nothing, if an injected fault explains it.
func problemsOf(ctx context.Context, r *Recording, err error, promises contract.Promises) []checker.Violation {
	var panicked *workloads.Panic
	var hang *Hang
	var stopped *Stopped
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
	case err == nil, ctx.Err() != nil, faulty:
		return nil
	}
	return []checker.Violation{{
		Class: "unexpected error", Sentence: "the store failed on a disk that did what it was told: " + err.Error(),
	}}
}

// PanicViolation describes a panic of the engine.
func PanicViolation(p *workloads.Panic) checker.Violation {
	return checker.Violation{
		Class: "panic", Sentence: fmt.Sprintf("the engine panicked: %v", p.Value), Evidence: stack.OfPanic(string(p.Stack)),
	}
}

// runStore opens the store, runs the script and closes the store; then the same for the sequel. A sequel runs whatever
// became of the script: how a store behaves when it is opened after an error is evidence.
func runStore(
	ctx context.Context, target contract.Target, fs *faultfs.FS, env contract.Env, p *plan.Plan, rec *history.Recorder, loaded func(),
) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &workloads.Panic{Value: v, Stack: debug.Stack()}
		}
	}()
	err = runLife(ctx, target, env, p.Script, p.Rules, rec, workloads.DriveOptions{
		OneByOne: !target.Promises.AtomicBatch, Loaded: loaded, PhaseOps: p.Phase,
		Appended:   func() int64 { return appended(fs, &target) },
		BlockBytes: target.LogBlockBytes, HeaderBytes: target.LogHeaderBytes,
	})
	if panicked := (*workloads.Panic)(nil); p.Sequel == nil || errors.As(err, &panicked) {
		return err
	}
	return errors.Join(err, runLife(ctx, target, env, *p.Sequel, p.Rules, rec, workloads.DriveOptions{OneByOne: !target.Promises.AtomicBatch}))
}

// appended returns where the latest write has ended that was not one of zeros, which are written ahead of a log.
func appended(fs *faultfs.FS, target *contract.Target) int64 {
	for _, op := range slices.Backward(fs.Trace()) {
		if op.Kind == faultfs.OpWrite && isLog(target, op.Path) && len(bytes.Trim(op.Data, "\x00")) > 0 {
			return op.Off + int64(len(op.Data))
		}
	}
	return 0
}

// isLog reports whether a file is a log of the target; of a target without logs, any file is.
func isLog(target *contract.Target, file string) bool {
	globs := slices.Concat(target.LogGlobs, target.ProvenLogGlobs)
	return len(globs) == 0 || contract.Matches(globs, file)
}

// runLife takes a store from its opening to its close.
func runLife(
	ctx context.Context, target contract.Target, env contract.Env, script workloads.Script, rules []*faultfs.Rule,
	rec *history.Recorder, opts workloads.DriveOptions,
) error {
	store, err := target.OpenStore(env)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	opts.Opener, opts.Reopened = openerOf(target, env, rules), func(s workloads.Store) {
		if store = s; s != nil {
			env.Note(contract.Reopened)
		}
	}
	drove := workloads.Drive(ctx, store, script, rec, opts)
	if panicked := (*workloads.Panic)(nil); store == nil || errors.As(drove, &panicked) || errors.Is(drove, workloads.ErrExited) {
		return drove // the engine may still hold a lock for which Close would wait
	}
	if err := store.Close(); err != nil {
		return errors.Join(drove, fmt.Errorf("close: %w", err))
	}
	return drove
}

// openerOf returns what opens stores while the store of env runs. Where a rule makes clean pages leave the memory after a
// failed sync, the running store is not opened again: it would miss what only a crash may take away.
func openerOf(target contract.Target, env contract.Env, rules []*faultfs.Rule) workloads.Opener {
	o := target.Opener(env)
	if slices.ContainsFunc(rules, func(r *faultfs.Rule) bool { return r.Effect == faultfs.Evict }) {
		o.Open = nil
	}
	return o
}

// yielding is the clock of slow disks. Nobody waits for it in real time: while a call is slow the other goroutines run, as
// often as the milliseconds say.
type yielding struct{}

func (yielding) Sleep(d time.Duration) {
	for range min(d.Milliseconds(), 100) {
		runtime.Gosched()
	}
}
