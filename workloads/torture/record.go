package torture

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime/debug"

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
	judge    *checker.Durability
}

// record runs the workload of a plan on a fresh disk.
func record(ctx context.Context, target Target, p *plan) *recording {
	clock := &history.Clock{}
	fs := faultfs.New(faultfs.Options{Tick: func() uint64 { return uint64(clock.Next()) }, Rules: p.liveRules()})
	rec := history.NewRecorder(clock)
	r := &recording{plan: p}
	r.problems = p.problems(ctx, runStore(ctx, target, fs, p, rec))
	r.trace, r.history, r.injected = fs.Trace(), rec.Ops(), fs.Injected()
	r.judge = checker.NewDurability(r.history, &history.State{})
	return r
}

// problems returns what an error of the running store means: nothing, if the fault explains it.
func (p *plan) problems(ctx context.Context, err error) []checker.Violation {
	var crash *workloads.Panic
	switch {
	case errors.As(err, &crash):
		return []checker.Violation{panicked(crash.Value, crash.Stack)}
	case err == nil, ctx.Err() != nil, p.fault.errors:
		return nil
	}
	return []checker.Violation{{
		Class: "unexpected error", Sentence: "the store failed on a disk that did what it was told: " + err.Error(),
	}}
}

func runStore(ctx context.Context, target Target, fs *faultfs.FS, p *plan, rec *history.Recorder) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &workloads.Panic{Value: v, Stack: debug.Stack()}
		}
	}()
	store, err := target.Open(Env{FS: fs, Dir: storeDir, Inline: p.Size.Clients <= 1})
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	drove := workloads.Drive(ctx, store, p.script, rec, workloads.DriveOptions{})
	if err := store.Close(); err != nil {
		return errors.Join(drove, fmt.Errorf("close: %w", err))
	}
	return drove
}

// liveRules returns fresh copies of the rules that hit while the workload runs.
func (p *plan) liveRules() []*faultfs.Rule {
	var live []*faultfs.Rule
	for _, r := range p.rules {
		if r.Effect != faultfs.BitFlip {
			live = append(live, r.Clone())
		}
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
