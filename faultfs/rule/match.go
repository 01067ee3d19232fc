package rule

import (
	"math/rand/v2"
	"path"
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// Sees reports whether the rule names the kind of an operation and matches its name. to is the other name of a
// rename, link or exchange, and otherwise empty. Sees counts nothing.
func (r *Rule) Sees(kind trace.OpKind, name, to string) bool {
	if r.Op != kind && (r.Op != trace.OpAny || !slices.Contains(allowed[r.Effect], kind)) {
		return false
	}
	return r.Names(name) || to != "" && r.Names(to)
}

// Names reports whether the rule applies to the file with this path.
func (r *Rule) Names(name string) bool {
	if r.Glob == "" {
		return true
	}
	ok, err := path.Match(r.Glob, path.Base(trace.CleanPath(name)))
	return ok && err == nil
}

// InTime reports whether the rule applies now. It consults the clock only if that matters.
func (r *Rule) InTime(clock func() uint64) bool {
	return r.After == 0 && r.Before == 0 || r.At(clock())
}

// At reports whether the rule applies at a tick.
func (r *Rule) At(tick uint64) bool { return tick > r.After && (r.Before == 0 || tick < r.Before) }

// Fires counts a match and reports whether the rule hits it.
func (r *Rule) Fires() bool {
	if r.Times != 0 && r.hits >= r.Times {
		return false
	}
	r.matches++
	switch {
	case r.Nth != 0 && r.matches != r.Nth:
		return false
	case r.matches < r.From:
		return false
	case r.Every != 0 && r.matches%r.Every != 0:
		return false
	case r.Prob != 0 && rand.New(rand.NewPCG(r.Seed, r.matches)).Float64() >= r.Prob:
		return false
	}
	r.hits++
	return true
}

// Strike counts a match and a hit, whatever the other conditions of the rule say. It is for damage at rest, which is
// applied on request.
func (r *Rule) Strike() { r.matches, r.hits = r.matches+1, r.hits+1 }

// Draw returns the random source for the choices of the latest hit.
func (r *Rule) Draw() *rand.Rand { return rand.New(rand.NewPCG(r.Seed, r.hits)) }

// Matches returns how many operations met all conditions of the rule, leaving aside those that count matches, such as
// nth.
func (r *Rule) Matches() uint64 { return r.matches }

// Hits returns how often the fault has been injected.
func (r *Rule) Hits() uint64 { return r.hits }
