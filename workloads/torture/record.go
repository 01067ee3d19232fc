package torture

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// storeDir is where every store lives on its faultfs. The engine makes it, and has to make that durable.
const storeDir = "db"

// recording is one execution of a workload: the evidence from which all crash images are made.
type recording struct {
	plan     *plan
	trace    []faultfs.Op
	history  []history.Op
	injected map[string]uint64
	problems []checker.Violation // what went wrong without a crash
	judge    *checker.Durability // nil until the recording is explored
	known    *orders             // see orders
}

// record runs the workload of a plan on a fresh disk.
func record(ctx context.Context, target Target, p *plan) *recording {
	p.tell(0, target.Name, where{})
	clock := &history.Clock{}
	fs := faultfs.New(faultfs.Options{
		Tick: func() uint64 { return uint64(clock.Next()) }, Rules: p.rulesAt(false, 0), Clock: yielding{}, Callers: true,
	})
	rec := history.NewRecorder(clock)
	done := make(chan error, 1)
	loaded := func() {
		if p.late {
			fs.SetRules(p.rulesAt(true, uint64(clock.Now()))...)
		}
	}
	go func() { done <- runStore(ctx, target, fs, p, rec, loaded) }()
	err := await(done, p.patience, rec.Events)
	r := &recording{plan: p, trace: fs.Trace(), history: rec.Ops(), injected: fs.Injected()}
	r.problems = r.meaning(ctx, err)
	return r
}

// meaning returns what an error of the running store means: nothing, if an injected fault explains it.
func (r *recording) meaning(ctx context.Context, err error) []checker.Violation {
	var crash *workloads.Panic
	var stuck *hang
	switch {
	case errors.As(err, &crash):
		return []checker.Violation{panicked(crash.Value, crash.Stack)}
	case errors.As(err, &stuck):
		return []checker.Violation{stuck.violation()}
	case err == nil, ctx.Err() != nil, r.excused() != history.Never:
		return nil
	}
	return []checker.Violation{{
		Class: "unexpected error", Sentence: "the store failed on a disk that did what it was told: " + err.Error(),
	}}
}

// excused returns the tick of the first injected fault that explains errors, or Never.
func (r *recording) excused() history.Tick {
	for i := range r.trace {
		if r.plan.fault.errors && r.trace[i].Fault != faultfs.NoEffect {
			return history.Tick(r.trace[i].Tick)
		}
	}
	return history.Never
}

// committed returns how many commits of clients were acknowledged, those of loading left out.
func (r *recording) committed() (n int) {
	loading := len(r.plan.script.Preload)
	for i := range r.history {
		switch op := &r.history[i]; {
		case len(op.Writes) == 0:
		case loading > 0:
			loading--
		case op.Outcome == history.Acked:
			n++
		}
	}
	return n
}

// runStore opens the store, runs the script and closes the store; then the same for the sequel. A sequel is tried
// whatever became of the script: what a store looks like that is opened after an error is evidence.
func runStore(
	ctx context.Context, target Target, fs *faultfs.FS, p *plan, rec *history.Recorder, loaded func(),
) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &workloads.Panic{Value: v, Stack: debug.Stack()}
		}
	}()
	env := Env{FS: fs, Dir: storeDir, Inline: p.clients() <= 1}
	err = runLife(ctx, target, env, p.script, rec, workloads.DriveOptions{Loaded: loaded, PhaseOps: p.phase})
	if crash := (*workloads.Panic)(nil); p.sequel == nil || errors.As(err, &crash) {
		return err
	}
	return errors.Join(err, runLife(ctx, target, env, *p.sequel, rec, workloads.DriveOptions{}))
}

// runLife takes a store from its opening to its close.
func runLife(
	ctx context.Context, target Target, env Env, script workloads.Script, rec *history.Recorder, opts workloads.DriveOptions,
) error {
	store, err := target.Open(env)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	drove := workloads.Drive(ctx, store, script, rec, opts)
	if crash := (*workloads.Panic)(nil); errors.As(drove, &crash) {
		return drove // who panicked may hold a lock for which Close would wait
	}
	if err := store.Close(); err != nil {
		return errors.Join(drove, fmt.Errorf("close: %w", err))
	}
	return drove
}

// yielding is the clock of slow disks. Nobody waits for it in real time: while a call is late the others run, as often as
// the milliseconds say.
type yielding struct{}

func (yielding) Sleep(d time.Duration) {
	for range min(d.Milliseconds(), 100) {
		runtime.Gosched()
	}
}

// rulesAt returns fresh copies of the rules that hit while the workload runs, if their time has come. A late rule counts
// its ticks from now.
func (p *plan) rulesAt(late bool, now uint64) []*faultfs.Rule {
	var live []*faultfs.Rule
	for _, rule := range p.rules {
		if rule.AtRest() || p.late != late {
			continue
		}
		r := rule.Clone()
		if late {
			r.After += now
			if r.Before > 0 {
				r.Before += now
			}
		}
		live = append(live, r)
	}
	return live
}

func panicked(value any, stack []byte) checker.Violation {
	return checker.Violation{
		Class: "panic", Sentence: fmt.Sprintf("the engine panicked: %v", value), Evidence: firstLines(string(stack), 12),
	}
}

// hash identifies the trace: the same seed with one client gives the same hash every time.
func (r *recording) hash() string {
	h := sha256.New()
	for i := range r.trace {
		op := &r.trace[i]
		fmt.Fprintf(h, "%d %d %s %s %d %d %d\n", op.Tick, op.Kind, op.Path, op.To, op.Off, op.Size, op.Fault)
		var n [8]byte
		binary.LittleEndian.PutUint64(n[:], uint64(len(op.Data)))
		h.Write(n[:])
		h.Write(op.Data)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}
