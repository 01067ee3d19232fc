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
	fixed  bool                           // rules count from the beginning of the run: somebody has written them by hand
	lower  checker.Lower                  // which acknowledged commits must survive
	errors bool                           // the running store may return errors
	refuse bool                           // recovery may refuse the disk, if it calls it corrupt
	rot    bool                           // one bit rots between crash and recovery
	kills  func(p Promises) checker.Lower // replaces lower by what the engine promises, if set
}

// part is the part of a run in which a fault is to hit: the opening and loading of the store, or what the clients do.
// Rules count calls and ticks from its beginning.
type part struct {
	opens   bool // it begins with the opening of a new store
	commits int  // about how many commits it has
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

// faults returns the named faults, the plain power cut first.
func faults() []fault {
	return []fault{
		{Choice: Choice{"power", "power is cut at every operation; unsynced writes tear, reorder and vanish"}},
		{
			Choice: Choice{"killed", "the process is killed and the machine runs on: nothing handed over is lost"}, profile: "lose-none",
			kills: func(p Promises) checker.Lower {
				if p.NoSyncSurvivesKill {
					return checker.AckedMustSurvive
				}
				return checker.SyncedMustSurvive
			},
		},
		{
			Choice: Choice{"lost-fsync", "the disk acknowledges syncs and does nothing, from some moment on"},
			rules: func(rng *rand.Rand, at part) []string {
				return []string{fmt.Sprintf("lost sync after=%d", at.moment(rng))}
			},
			lower: checker.NothingMustSurvive, refuse: true,
		},
		{
			Choice: Choice{"failed-fsync", "one sync fails; the pages are clean afterwards and the retry returns success"},
			rules:  once("failed", "sync", 6, 2), errors: true,
		},
		{
			Choice: Choice{"eio", "one call fails with EIO: write, sync, open, create, remove or read"},
			rules: func(rng *rand.Rand, at part) []string {
				op := []struct {
					name                 string
					opening, commitsEach int
				}{
					{"write", 2, 2}, {"sync", 6, 2}, {"open", 6, 20}, {"create", 3, 40}, {"remove", 0, 100}, {"read", 1, 30},
				}[rng.IntN(6)]
				return once("eio", op.name, op.opening, op.commitsEach)(rng, at)
			},
			errors: true,
		},
		{
			Choice: Choice{"enospc", "the disk is full for a while"},
			rules: func(rng *rand.Rand, at part) []string {
				return []string{fmt.Sprintf("enospc write times=%d after=%d", 1+rng.IntN(8), at.moment(rng))}
			},
			errors: true,
		},
		{Choice: Choice{"short-write", "one write stores half of its bytes"}, rules: once("short", "write", 2, 2), errors: true},
		{
			Choice: Choice{"bitrot", "one bit of one durable file rots between crash and recovery"},
			rules: func(rng *rand.Rand, _ part) []string {
				return []string{fmt.Sprintf("bitflip rest seed=%d", rng.Uint32())}
			},
			rot: true, refuse: true,
		},
	}
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
	f := fault{
		Choice: Choice{r.String(), "a rule of the command line"},
		rules:  func(*rand.Rand, part) []string { return []string{r.String()} },
		fixed:  true,
		errors: r.Effect != faultfs.LostSync && r.Effect != faultfs.BitFlip,
		rot:    r.Effect == faultfs.BitFlip,
	}
	f.refuse = !f.errors
	if r.Effect == faultfs.LostSync {
		f.lower = checker.NothingMustSurvive
	}
	return f, nil
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
