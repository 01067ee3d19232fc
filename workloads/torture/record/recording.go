package record

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// StoreDir is the directory of every store on its faultfs. An engine that promises MakesDir makes it; otherwise the
// lab does.
const StoreDir = "db"

// Recording is one execution of a workload, from which all crash images are made. It is read-only.
type Recording struct {
	Plan     *plan.Plan
	Trace    []faultfs.Op
	History  []history.Op
	Injected map[string]uint64   // number of faults that hit, by effect and operation
	Matched  uint64              // number of calls that met all conditions of a rule except those that count matches
	Problems []checker.Violation // what ended the run: a panic, a hang, or an error that no fault excuses
	Stayed   []faultfs.Op        // the trace of the store that went through many rounds and sessions, if Problems are about that store
	CutOff   bool                // the context ended before the script did, so this is only the beginning of a run
	Lacking  []history.Kind      // the kinds of operations that the store does not offer; nil if it never opened
	Notes    []contract.Note     // events reported by the target, oldest first
	Closed   bool                // the run ended with a Close that returned nil
}

// Under returns the recording with power cut under another profile, without the problems of the run.
func (r *Recording) Under(profile faultfs.Profile) *Recording {
	return &Recording{Plan: r.Plan.Under(profile), Trace: r.Trace, History: r.History, Injected: r.Injected, Notes: r.Notes, Closed: r.Closed}
}

// Unopened reports whether no client got as far as an operation, that is, the store never opened on its empty disk.
func (r *Recording) Unopened() bool { return len(r.History) == 0 && !r.Closed }

// Elsewhere reports whether the store keeps data outside its disk.
func (r *Recording) Elsewhere() bool {
	return slices.ContainsFunc(r.Problems, func(v checker.Violation) bool { return v.Class == KeptElsewhere })
}

// ClosedAt reports whether a disk that has seen the operation at tick, and no later change, is the disk of a closed
// store.
func (r *Recording) ClosedAt(tick uint64) bool {
	i, _ := slices.BinarySearchFunc(r.Trace, tick+1, func(op faultfs.Op, tick uint64) int { return cmp.Compare(op.Tick, tick) })
	for i < len(r.Trace) && !r.Trace[i].Changes() {
		i++
	}
	if i == len(r.Trace) && r.Closed {
		return true
	}
	return slices.ContainsFunc(r.History, func(op history.Op) bool {
		return op.Kind == history.Close && op.Outcome == history.Acked && uint64(op.Return) > tick &&
			(i == len(r.Trace) || uint64(op.Return) < r.Trace[i].Tick)
	})
}

// Excused returns the tick of the first injected fault that excuses errors, or Never.
func (r *Recording) Excused() history.Tick {
	for i := range r.Trace {
		if r.Plan.Fault.Errors && r.Trace[i].Fault != faultfs.NoEffect {
			return history.Tick(r.Trace[i].Tick)
		}
	}
	return history.Never
}

// Unhit returns the rules of the plan that apply to calls, if none of them has hit anything; nil if one has. The
// returned rules apply from the first tick on, because the ticks at which they start and end belong to this run.
func (r *Recording) Unhit() []*faultfs.Rule {
	if slices.ContainsFunc(r.Trace, func(op faultfs.Op) bool { return op.Fault != faultfs.NoEffect }) {
		return nil
	}
	rules := slices.DeleteFunc(plan.Fresh(r.Plan.Rules), (*faultfs.Rule).AtRest)
	for _, rule := range rules {
		rule.After, rule.Before = 0, 0
	}
	return rules
}

// Committed returns the number of acknowledged commits of clients, not counting those of loading.
func (r *Recording) Committed() (n int) {
	loading := 0 // number of writes, because a batch may have become several operations
	for _, batch := range r.Plan.Script.Preload {
		loading += len(batch)
	}
	for i := range r.History {
		switch op := &r.History[i]; {
		case len(op.Writes) == 0:
		case loading > 0:
			loading -= len(op.Writes)
		case op.Outcome == history.Acked:
			n++
		}
	}
	return n
}

// Hash identifies the trace: with one client, the same seed always gives the same hash.
func (r *Recording) Hash() string { return r.HashUntil(math.MaxUint64) }

// HashUntil is the Hash of the operations before a tick.
func (r *Recording) HashUntil(tick uint64) string {
	h := sha256.New()
	var n [8]byte
	for i := range r.Trace {
		op := &r.Trace[i]
		if op.Tick >= tick {
			break
		}
		fmt.Fprintf(h, "%d %d %s %s %d %d %d\n", op.Tick, op.Kind, op.Path, op.To, op.Off, op.Size, op.Fault)
		binary.LittleEndian.PutUint64(n[:], uint64(len(op.Data)))
		h.Write(n[:])
		h.Write(op.Data)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}
