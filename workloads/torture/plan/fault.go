package plan

import (
	"fmt"
	"math/rand/v2"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// Fault is a misbehaviour of the disk: what is injected while the workload runs, what a crash keeps, and how the
// engine may react without breaking its promises.
type Fault struct {
	Choice
	Errors bool // the running store may return errors
	Refuse bool // recovery may refuse the disk; see contract.Promises.ReportsCorruption
	Rot    bool // something rots between crash and recovery
	Lies   bool // the disk acknowledges syncs without doing them
	Rare   bool // the default matrix has it under one workload only, in turn
	// Avoidable says that an engine may never make a call that the fault can hit, so a cell is complete even if the
	// fault was not injected.
	Avoidable bool
	Turns     string // if Rare: the workload that always has it, because the others may open no file that it can hit
	// Profile overrides the profile of the run; empty: does not override it.
	Profile string
	// rules draws the faults for a part of the recorded run, in the grammar of faultfs.ParseRule. A fault placed after
	// the end of the part never hits, or hits when nothing is at stake any more.
	rules func(rng *rand.Rand, at part) []string
	named *faultfs.Rule                           // the rule named by the user, if the fault is one; it counts from the beginning of the run
	lower checker.Lower                           // which acknowledged commits must survive
	kills func(p contract.Promises) checker.Lower // if set, replaces lower according to what the engine promises
}

// part is the part of a run that a fault should hit: either opening and loading the store, or the work of the clients.
// Rules count calls and ticks from its beginning.
type part struct {
	opens   bool // it starts with opening a new store
	commits int  // approximate number of commits in it
	loaded  int  // bytes of keys and values written before it
}

// once returns a generator of one rule that hits the n-th call of a kind, for a random n. It assumes about opening
// such calls when a new store is opened, and from then on one call per commitsEach commits.
func once(effect, op string, opening, commitsEach int) func(*rand.Rand, part) []string {
	return func(rng *rand.Rand, at part) []string {
		calls := max(2, at.commits/commitsEach)
		if at.opens {
			calls += opening
		}
		return []string{fmt.Sprintf("%s %s nth=%d", effect, op, 1+rng.IntN(calls))}
	}
}

// moment draws the tick after which a fault takes effect.
func (at part) moment(rng *rand.Rand) int {
	tick := rng.IntN(2*at.commits + 1)
	if at.opens {
		tick += 5 // before that, there is nothing to lose
	}
	return tick
}

// Named returns the rule that the user named as the fault; nil if the fault is one of the lab's.
func (f *Fault) Named() *faultfs.Rule { return f.named }

// excuseOf returns how an engine may react to a rule. An effect that it can see excuses errors. An effect that it
// cannot see excuses losing the latest commits, or refusing the disk.
func excuseOf(r *faultfs.Rule) Fault {
	switch r.Effect {
	case faultfs.Slow, faultfs.Stall:
		return Fault{}
	case faultfs.LostSync:
		return Fault{lower: checker.NothingMustSurvive, Refuse: true, Lies: true}
	case faultfs.BitFlip, faultfs.Stale, faultfs.Misplaced, faultfs.Truncated:
		if r.AtRest() {
			return Fault{Rot: true, Refuse: true}
		}
		return Fault{lower: checker.NothingMustSurvive, Refuse: true, Errors: true}
	default:
		return Fault{Errors: true}
	}
}

// Rule returns what the durability judge demands of an engine under this fault.
func (f *Fault) Rule(p contract.Promises) checker.Rule {
	lower := f.lower
	if f.kills != nil {
		lower = f.kills(p)
	}
	if lower == checker.SyncedMustSurvive && !p.SyncSurvivesPowerCut {
		lower = checker.NothingMustSurvive
	}
	return checker.Rule{Lower: lower, Suffix: p.LossIsSuffix, Atomic: p.AtomicBatch}
}
