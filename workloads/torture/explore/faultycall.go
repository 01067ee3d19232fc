package explore

import (
	"context"
	"runtime"
	"slices"
	"sync"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/audit"
	"github.com/lightningdb/lightning-torture/workloads/torture/decide"
	"github.com/lightningdb/lightning-torture/workloads/torture/recovery"
)

// FaultyCall repeats a failure with a fault during recovery. It returns the call that the fault hit, with its callers, and
// the trace of that recovery; or nil if the failure does not repeat.
func FaultyCall(ctx context.Context, s *Subject, f *Failure) (*faultfs.Op, []faultfs.Op) {
	first, ok := NewLife(ctx, s, f).(*firstLife)
	if !ok || f.RecoveryFault == nil {
		return nil, nil
	}
	x := first.explorer()
	x.callers, x.shared.req.RecoveryFault = true, f.RecoveryFault.Number
	path := decide.PathTo(f.Picks, f.Way)
	at := origin{job: first.job(f.Tick, first.Cut(f.Tick)), path: path, leaf: f.Leaf}
	img := path.Image(at.job.point, faultfs.ImageOptions{})
	if state, err := x.recover(recovery.Call{Image: img, Probe: recovery.ProbeSeed(f.Draw)}, attempt{img, at, path}); x.accept(img, at, state, err) {
		x.recoverFaulty(at.job.point, img, at)
	}
	for _, seen := range x.failures {
		if seen.Kind() == f.Kind() {
			return seen.RecoveryFault.Op, seen.RecoveryFault.trace
		}
	}
	return nil, nil
}

// useCallers is the maximum number of callers that are kept for a call.
const useCallers = 32

// DamagedUses repeats a failure with damage and returns the calls about the damaged file, such as opens and reads,
// oldest first, with their callers. The calls are those of the last recovery, or those on the last disk that the audit
// used.
func DamagedUses(ctx context.Context, s *Subject, f *Failure) []faultfs.Op {
	var mu sync.Mutex
	var uses []faultfs.Op
	watch := func(img *faultfs.FS) {
		mu.Lock()
		defer mu.Unlock()
		uses = nil
		img.Watch(func(kind faultfs.OpKind, path, _ string) {
			if path != f.Damage.Path {
				return
			}
			var pcs [useCallers]uintptr
			n := runtime.Callers(2, pcs[:])
			mu.Lock()
			defer mu.Unlock()
			uses = append(uses, faultfs.Op{Tick: img.Now(), Kind: kind, Path: path, PCs: slices.Clone(pcs[:n])})
		})
	}
	req := again(s, f)
	if f.Judge == audit.Judge {
		req.audits = watch
	} else {
		req.recovers = watch
	}
	Explore(ctx, req)
	mu.Lock()
	defer mu.Unlock()
	return uses
}
