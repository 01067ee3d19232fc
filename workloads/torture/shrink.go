package torture

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Shrunk says how far a finding was reduced.
type Shrunk struct {
	Operations int `json:"operations"` // of clients, and batches loaded before them
	Before     int `json:"before"`
	Runs       int `json:"runs"` // how many smaller runs were tried
	// Token is that of the run in which the failure was found.
	Token string `json:"token"`
}

// shrinkRuns is how many smaller runs of one finding are tried at the most.
const shrinkRuns = 1000

// shrinkTries is how often a smaller run of several clients is tried, on whatever schedule comes.
const shrinkTries = 6

// shrinker looks for a smaller run that fails in the same way. It takes away clients, operations, loaded batches and their
// writes, and moves faults to the front.
type shrinker struct {
	ctx      context.Context
	target   Target
	spec     spec
	patience time.Duration
	id       string // of the finding
	wanted   string // its kind
	nested   bool   // it takes a crash of a recovery
	tries    int    // how often a run may take another schedule until it fails
	runs     int
	best     *exploration // the latest run that failed
}

// shrink returns a smaller run with the same failure, its only one; nil if there is none, or if the run itself does not
// repeat.
func shrink(ctx context.Context, target Target, v *evidence, patience time.Duration) (*exploration, Shrunk) {
	s := &shrinker{
		ctx: ctx, target: target, spec: v.Spec, patience: patience,
		id: v.Finding.ID, wanted: v.Finding.Judge + "/" + v.Finding.Class, nested: v.Nested != nil, tries: 1,
	}
	p, err := resolve(v.Spec)
	if err != nil || p.points > 0 {
		return nil, Shrunk{}
	}
	k := keepAll(&p.script)
	k.Rules = v.Rules
	was := k.operations()
	if alone := k; len(p.script.Clients) > 1 {
		alone.Alone = true
		if s.fails(alone) {
			k = alone
		} else {
			s.tries = shrinkTries
		}
	}
	k = s.reduce(k, p.bank() != nil)
	if s.best == nil || k.operations() >= was {
		return nil, Shrunk{}
	}
	return s.best, Shrunk{Operations: k.operations(), Before: was, Runs: s.runs, Token: v.Finding.Token}
}

// reduce takes away what the failure can do without. A bank keeps the batch that opens its accounts.
func (s *shrinker) reduce(k keep, bank bool) keep {
	k = s.advance(k)
	k.Steps = minimize(k.Steps, func(some []int) bool { return s.with(k, func(k *keep) { k.Steps = some }) })
	fillers, opening := k.Load, []int(nil)
	if bank {
		fillers, opening = k.Load[:len(k.Load)-1], k.Load[len(k.Load)-1:]
	}
	k.Load = append(minimize(fillers, func(some []int) bool {
		return s.with(k, func(k *keep) { k.Load = slices.Concat(some, opening) })
	}), opening...)
	for n := 1; n < 64 && !bank && len(k.Load) > 0; n *= 2 {
		if s.with(k, func(k *keep) { k.Batch = n }) {
			k.Batch = n
			break
		}
	}
	k.Steps = minimize(k.Steps, func(some []int) bool { return s.with(k, func(k *keep) { k.Steps = some }) })
	return s.advance(k)
}

// advance makes faults hit as early as they can.
func (s *shrinker) advance(k keep) keep {
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
			if s.with(k, func(k *keep) { k.Rules = rules }) {
				k.Rules = rules
				break
			}
		}
	}
	return k
}

// with reports whether the run fails with a change of what is kept.
func (s *shrinker) with(k keep, change func(*keep)) bool {
	change(&k)
	return s.fails(k)
}

// fails reports whether what is kept fails as the finding did, on one of a few schedules.
func (s *shrinker) fails(k keep) bool {
	for range s.tries {
		if s.runs++; s.runs > shrinkRuns || s.ctx.Err() != nil {
			return false
		}
		if s.once(k) {
			return true
		}
	}
	return false
}

// once runs what is kept and reports whether it fails as the finding did.
func (s *shrinker) once(k keep) bool {
	smaller := s.spec
	smaller.Keep = &k
	p, err := resolve(smaller)
	if err != nil {
		return false
	}
	p.patience = s.patience
	if s.nested {
		p.nest, p.lives = 1, maxImages
	}
	e := newExploration(record(s.ctx, s.target, p), s.target)
	e.judgeLive(s.ctx, s.target.Promises)
	for _, v := range e.problems {
		e.failures = append(e.failures, failure{Violation: v, judge: "live", count: 1})
	}
	if !s.found(e) && !strings.HasPrefix(s.wanted, "live/") {
		e.first, e.wanted = true, s.wanted
		e.explore(s.ctx, 1, &progress{})
	}
	if !s.found(e) {
		return false
	}
	s.best = e
	return true
}

// found leaves an exploration only the failure that is looked for and reports whether it has it.
func (s *shrinker) found(e *exploration) bool {
	same := func(f failure) bool { return fingerprint(&f) == s.id }
	i := slices.IndexFunc(e.failures, same)
	if i >= 0 {
		e.failures = []failure{e.failures[i]}
	}
	return i >= 0
}

// minimize returns a part of all that still fails and of which no single element can be taken away, in order. It tries
// large pieces first.
func minimize(all []int, fails func([]int) bool) []int {
	for piece := len(all); piece > 0; {
		removed := false
		for at := 0; at < len(all); {
			rest := slices.Concat(all[:at], all[min(at+piece, len(all)):])
			if fails(rest) {
				all, removed = rest, true
			} else {
				at += piece
			}
		}
		if piece = min(piece, len(all)); piece > 1 || !removed {
			piece /= 2
		}
	}
	return all
}
