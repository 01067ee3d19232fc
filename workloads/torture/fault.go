package torture

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// fault is a misbehaviour of the disk: what is injected while the workload runs, what a crash keeps, and what the
// engine may do about it without breaking its promises.
type fault struct {
	Choice
	profile string // overrides the campaign's profile; empty: does not
	// rules are the faults of a part of the recorded run, in the grammar of faultfs.ParseRule. A fault that is placed behind
	// the end of the part never hits, or hits where nothing is at stake any more.
	rules  func(rng *rand.Rand, at part) []string
	fixed  bool                           // rules count from the beginning of the run, not of a part of it
	lower  checker.Lower                  // which acknowledged commits must survive
	errors bool                           // the running store may return errors
	refuse bool                           // recovery may refuse the disk, if it calls it corrupt
	rot    bool                           // something rots between crash and recovery
	kills  func(p Promises) checker.Lower // replaces lower by what the engine promises, if set
	turns  string                         // if rare: the workload that always has it, because others may open no file
	rare   bool                           // the default matrix has it under one workload, in turn, and not under all
}

// part is the part of a run in which a fault is to hit: the opening and loading of the store, or what the clients do.
// Rules count calls and ticks from its beginning.
type part struct {
	opens   bool // it begins with the opening of a new store
	commits int  // about how many commits it has
	loaded  int  // bytes of keys and values that are written before it
}

// once returns a generator of one rule that hits the n-th call of a kind. N is drawn from the calls that opening a new
// store makes, about so many, and from one for every so many commits.
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
		tick += 5 // before, there is nothing to be lost
	}
	return tick
}

// faultNamed returns a fault by name, or makes one of a rule in the fault grammar.
func faultNamed(name string) (fault, error) {
	for _, f := range faults() {
		if f.Name == name {
			return f, nil
		}
	}
	r, err := faultfs.ParseRule(name)
	if err != nil && !strings.Contains(strings.TrimSpace(name), " ") {
		return fault{}, fmt.Errorf("%w: unknown fault %q; choose one of %s, or give a rule such as %q",
			ErrConfig, name, names(Faults()), "eio write *.log nth=3")
	}
	if err != nil {
		return fault{}, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	f := excuseOf(r)
	f.Choice, f.fixed = Choice{r.String(), "a rule of the command line"}, true
	f.rules = func(*rand.Rand, part) []string { return []string{r.String()} }
	return f, nil
}

// excuseOf returns what an engine may do about a rule. An effect that it is told of gives it the right to fail, one that
// it cannot see the right to lose the latest commits, or to refuse the disk.
func excuseOf(r *faultfs.Rule) fault {
	switch r.Effect {
	case faultfs.Slow, faultfs.Stall:
		return fault{}
	case faultfs.LostSync:
		return fault{lower: checker.NothingMustSurvive, refuse: true}
	case faultfs.BitFlip, faultfs.Stale, faultfs.Misplaced, faultfs.Truncated:
		if r.AtRest() {
			return fault{rot: true, refuse: true}
		}
		return fault{lower: checker.NothingMustSurvive, refuse: true, errors: true}
	default:
		return fault{errors: true}
	}
}

// rule returns what the durability judge is to demand of a target under this fault.
func (f *fault) rule(p Promises) checker.Rule {
	lower := f.lower
	if f.kills != nil {
		lower = f.kills(p)
	}
	if lower == checker.SyncedMustSurvive && !p.SyncSurvivesPowerCut {
		lower = checker.NothingMustSurvive
	}
	return checker.Rule{Lower: lower, Suffix: p.LossIsSuffix, Atomic: p.AtomicBatch}
}
