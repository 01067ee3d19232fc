package plan

import (
	"fmt"
	"math/rand/v2"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// Fault is a misbehaviour of the disk: what is injected while the workload runs, what a crash keeps, and how the engine
// may react without breaking its promises.
type Fault struct {
	Choice
	Errors bool // the running store may return errors
	Refuse bool // recovery may refuse the disk; see contract.Promises.ReportsCorruption
	Rot    bool // something rots between crash and recovery
	Rare   bool // the default matrix has it under one workload, in turn, and not under all
	// Avoidable: an engine may do its work without a call that it can hit, so a cell in which it was not injected proves as much as
	// it can.
	Avoidable bool
	Turns     string // if Rare: the workload that always has it, because others may open no file
	// Profile overrides the profile of the run; empty: does not.
	Profile string
	// rules draws the faults of a part of the recorded run, in the grammar of faultfs.ParseRule. A fault placed after the
	// end of the part never hits, or hits when nothing is at stake any more.
	rules func(rng *rand.Rand, at part) []string
	named *faultfs.Rule                           // the rule that a user has named, if the fault is one: it counts from the beginning of the run
	lower checker.Lower                           // which acknowledged commits must survive
	kills func(p contract.Promises) checker.Lower // replaces lower by what the engine promises, if set
}

// part is the part of a run in which a fault is to hit: the opening and loading of the store, or what the clients do.
// Rules count calls and ticks from its beginning.
type part struct {
	opens   bool // it begins with the opening of a new store
	commits int  // about how many commits it has
	loaded  int  // bytes of keys and values that are written before it
}

// once returns a generator of one rule that hits the n-th call of a kind. It draws n. Opening a new store makes about opening
// such calls, and after that there is one for every commitsEach commits.
func once(effect, op string, opening, commitsEach int) func(*rand.Rand, part) []string {
	return func(rng *rand.Rand, at part) []string {
		calls := max(2, at.commits/commitsEach)
		if at.opens {
			calls += opening
		}
		return []string{fmt.Sprintf("%s %s nth=%d", effect, op, 1+rng.IntN(calls))}
	}
}

// moment draws the tick after which a fault begins.
func (at part) moment(rng *rand.Rand) int {
	tick := rng.IntN(2*at.commits + 1)
	if at.opens {
		tick += 5 // before that there is nothing to lose
	}
	return tick
}

// Named returns the rule that a user has named instead of a fault; nil if the fault is one of the lab's.
func (f *Fault) Named() *faultfs.Rule { return f.named }

// excuseOf returns how an engine may react to a rule. An effect that it learns of excuses errors. One that it cannot
// see excuses the loss of the latest commits, or a refusal of the disk.
func excuseOf(r *faultfs.Rule) Fault {
	switch r.Effect {
	case faultfs.Slow, faultfs.Stall:
		return Fault{}
	case faultfs.LostSync:
		return Fault{lower: checker.NothingMustSurvive, Refuse: true}
	case faultfs.BitFlip, faultfs.Stale, faultfs.Misplaced, faultfs.Truncated:
		if r.AtRest() {
			return Fault{Rot: true, Refuse: true}
		}
		return Fault{lower: checker.NothingMustSurvive, Refuse: true, Errors: true}
	default:
		return Fault{Errors: true}
	}
}

// Rule returns what the durability judge has to demand of an engine under this fault.
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
