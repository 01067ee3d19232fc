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
	// rules are the faults of the recorded run, in the grammar of faultfs.ParseRule. Commits is about how many commits
	// the run will make: a fault that is placed behind its end never hits.
	rules  func(rng *rand.Rand, commits int) []string
	lower  checker.Lower                  // which acknowledged commits must survive
	errors bool                           // the running store may return errors
	refuse bool                           // recovery may refuse the disk, if it calls it corrupt
	rot    bool                           // one bit rots between crash and recovery
	kills  func(p Promises) checker.Lower // replaces lower by what the engine promises, if set
}

// once returns a generator of one rule that hits the n-th call of a kind. N is drawn from the calls that opening a new
// store makes, about so many, and from one for every so many commits.
func once(effect, op string, opening, commitsEach int) func(*rand.Rand, int) []string {
	return func(rng *rand.Rand, commits int) []string {
		return []string{fmt.Sprintf("%s %s nth=%d", effect, op, 1+rng.IntN(opening+max(2, commits/commitsEach)))}
	}
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
			rules: func(rng *rand.Rand, commits int) []string {
				return []string{fmt.Sprintf("lost sync after=%d", 6+rng.IntN(2*commits+1))}
			},
			lower: checker.NothingMustSurvive, refuse: true,
		},
		{
			Choice: Choice{"failed-fsync", "one sync fails; the pages are clean afterwards and the retry returns success"},
			rules:  once("failed", "sync", 6, 2), errors: true,
		},
		{
			Choice: Choice{"eio", "one call fails with EIO: write, sync, open, create, remove or read"},
			rules: func(rng *rand.Rand, commits int) []string {
				op := []struct {
					name                 string
					opening, commitsEach int
				}{
					{"write", 2, 2}, {"sync", 6, 2}, {"open", 6, 20}, {"create", 3, 40}, {"remove", 0, 100}, {"read", 1, 30},
				}[rng.IntN(6)]
				return once("eio", op.name, op.opening, op.commitsEach)(rng, commits)
			},
			errors: true,
		},
		{
			Choice: Choice{"enospc", "the disk is full for a while"},
			rules: func(rng *rand.Rand, commits int) []string {
				return []string{fmt.Sprintf("enospc write times=%d after=%d", 1+rng.IntN(8), 4+rng.IntN(2*commits+1))}
			},
			errors: true,
		},
		{Choice: Choice{"short-write", "one write stores half of its bytes"}, rules: once("short", "write", 2, 2), errors: true},
		{
			Choice: Choice{"bitrot", "one bit of one durable file rots between crash and recovery"},
			rules: func(rng *rand.Rand, _ int) []string {
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
		rules:  func(*rand.Rand, int) []string { return []string{r.String()} },
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
