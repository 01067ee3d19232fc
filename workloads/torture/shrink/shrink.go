package shrink

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
	"github.com/lightningdb/lightning-torture/workloads/torture/shrink/minimal"
)

// Shrunk says how far a finding was reduced.
type Shrunk struct {
	Operations int `json:"operations"` // number of operations of clients and of batches loaded before them
	Before     int `json:"before"`
	Runs       int `json:"runs"` // number of smaller runs that were made
	// Token is the token of the run in which the failure was found.
	Token string `json:"token"`
}

// Wanted is the failure that a smaller run has to reproduce.
type Wanted struct {
	Spec        plan.Spec // the run that failed
	Rules       []string  // the rules that were injected into it
	Fingerprint string
	Kind        string
	Nested      bool // it needs a crash of a recovery
	Endured     bool // it needs many crashes in a row
	Beforehand  bool // images are decided before recovery looks
}

// Smaller is a smaller run with the wanted failure.
type Smaller struct {
	Subject *explore.Subject
	Failure explore.Failure
	Shrunk  Shrunk // without the token, which the caller knows
}

// maxRuns bounds the number of smaller runs made for one finding.
const maxRuns = 1000

// Schedules is how often a smaller run of several clients is tried, on whatever schedules occur.
const Schedules = 6

// shrinker looks for a smaller run that fails in the same way.
type shrinker struct {
	ctx       context.Context
	target    contract.Target
	wanted    Wanted
	patience  time.Duration
	schedules int // how many schedules of a run are tried until it fails
	runs      int
	best      *Smaller // the latest run that failed
}

// Shrink returns a smaller run with the same failure. It returns nil if there is none, or if the original run does not
// repeat.
func Shrink(ctx context.Context, target contract.Target, wanted Wanted, patience time.Duration) *Smaller {
	s := &shrinker{ctx: ctx, target: target, wanted: wanted, patience: patience, schedules: 1}
	p, err := plan.Resolve(wanted.Spec)
	if err != nil || p.Points > 0 {
		return nil
	}
	k := plan.KeepAll(&p.Script)
	k.Rules = wanted.Rules
	before := k.Operations()
	if alone := k; len(p.Script.Clients) > 1 {
		alone.Alone = true
		if s.fails(alone) {
			k = alone
		} else {
			s.schedules = Schedules
		}
	}
	s.usualLimits(k)
	k = s.reduce(k, p.Script.Ledger != nil)
	if s.best == nil || k.Operations() >= before {
		return nil
	}
	s.best.Shrunk = Shrunk{Operations: k.Operations(), Before: before, Runs: s.runs}
	return s.best
}

// reduce removes what the failure does not need. A bank keeps the batch that opens its accounts.
func (s *shrinker) reduce(k plan.Keep, bank bool) plan.Keep {
	k = s.advance(k)
	k.Steps = s.fewestSteps(k)
	fillers, opening := k.Load, []int(nil)
	if bank {
		fillers, opening = k.Load[:len(k.Load)-1], k.Load[len(k.Load)-1:]
	}
	k.Load = append(minimal.Part(fillers, func(some []int) bool {
		return s.failsWith(k, func(k *plan.Keep) { k.Load = slices.Concat(some, opening) })
	}), opening...)
	for n := 1; n < 64 && !bank && len(k.Load) > 0; n *= 2 {
		if s.failsWith(k, func(k *plan.Keep) { k.Batch = n }) {
			k.Batch = n
			break
		}
	}
	k.Steps = s.fewestSteps(k)
	return s.advance(k)
}

// usualLimits sets the engine's limits back to their usual values where the failure does not need them.
func (s *shrinker) usualLimits(k plan.Keep) {
	all := s.wanted.Spec.Limits
	if len(all) == 0 {
		return
	}
	names := slices.Sorted(maps.Keys(all))
	indices := make([]int, len(names))
	for i := range indices {
		indices[i] = i
	}
	some := func(indices []int) (set contract.Limits) {
		for _, i := range indices {
			if set == nil {
				set = contract.Limits{}
			}
			set[names[i]] = all[names[i]]
		}
		return set
	}
	kept := minimal.Part(indices, func(indices []int) bool {
		s.wanted.Spec.Limits = some(indices)
		return s.fails(k)
	})
	s.wanted.Spec.Limits = some(kept)
}

func (s *shrinker) fewestSteps(k plan.Keep) []int {
	return minimal.Part(k.Steps, func(some []int) bool { return s.failsWith(k, func(k *plan.Keep) { k.Steps = some }) })
}

// advance makes faults hit as early as possible.
func (s *shrinker) advance(k plan.Keep) plan.Keep {
	for i, text := range k.Rules {
		r, err := faultfs.ParseRule(text)
		if err != nil {
			continue
		}
		for n := uint64(1); n < r.Nth; n++ {
			earlier := *r
			earlier.Nth = n
			rules := slices.Clone(k.Rules)
			rules[i] = earlier.String()
			if s.failsWith(k, func(k *plan.Keep) { k.Rules = rules }) {
				k.Rules = rules
				break
			}
		}
	}
	return k
}

// failsWith reports whether the run still fails after a change to what is kept.
func (s *shrinker) failsWith(k plan.Keep, change func(*plan.Keep)) bool {
	change(&k)
	return s.fails(k)
}

// fails reports whether what is kept fails like the finding, on one of a few schedules.
func (s *shrinker) fails(k plan.Keep) bool {
	for range s.schedules {
		if s.runs >= maxRuns || s.ctx.Err() != nil {
			return false
		}
		s.runs++
		if s.failsOnce(k) {
			return true
		}
	}
	return false
}

// failsOnce runs what is kept and reports whether it fails like the finding.
func (s *shrinker) failsOnce(k plan.Keep) bool {
	spec := s.wanted.Spec
	spec.Keep = &k
	p, err := plan.Resolve(spec)
	if err != nil {
		return false
	}
	run := record.Run
	if strings.HasPrefix(s.wanted.Kind, "live/") {
		run = record.RunAndStay
	}
	subject := explore.NewSubject(s.target, run(s.ctx, s.target, p, s.patience), s.patience)
	if s.wanted.Beforehand {
		subject.Looks.Stray()
	}
	live := subject.Judges.Live(s.ctx)
	if s.found(subject, explore.LiveFailures(live.Problems)) {
		return true
	}
	if len(live.Problems) > 0 || strings.HasPrefix(s.wanted.Kind, "live/") {
		return false // it fails in another way, or not at all
	}
	req := explore.NewRequest(subject)
	req.First, req.Wanted, req.Endures = true, s.wanted.Kind, s.wanted.Endured
	if s.wanted.Nested {
		req.Nest, req.Lives = 1, explore.MaxImages
	}
	if s.wanted.Kind == explore.KindNotDeterministic {
		req.Repeat = 1
	}
	return s.found(subject, explore.Explore(s.ctx, req).Failures)
}

// found keeps a run if it has the wanted failure, and reports whether it does.
func (s *shrinker) found(subject *explore.Subject, failures []explore.Failure) bool {
	i := slices.IndexFunc(failures, func(f explore.Failure) bool { return f.Fingerprint() == s.wanted.Fingerprint })
	if i >= 0 {
		s.best = &Smaller{Subject: subject, Failure: failures[i]}
	}
	return i >= 0
}
