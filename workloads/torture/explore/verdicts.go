package explore

import (
	"hash/maphash"

	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/judge"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// verdicts remembers verdicts on recovered states. The verdict on a state depends only on its pairs and on which operations
// had been called and acknowledged before the crash (the bounds).
type verdicts struct {
	seed maphash.Seed // hashes states
	all  map[verdictKey]judge.Verdict
	kept uint64 // number of calls of keep
	// latest is the verdict on the state judged last. Most images of one crash point recover to the same state.
	latest struct {
		valid   bool
		bounds  record.Bounds
		state   *history.State
		verdict judge.Verdict
	}
}

type verdictKey struct {
	bounds record.Bounds
	state  uint64 // hash
	pairs  int
}

func newVerdicts(seed maphash.Seed) verdicts {
	v := verdicts{seed: seed, all: map[verdictKey]judge.Verdict{}}
	v.latest.state = &history.State{}
	return v
}

// isLatest reports whether a state is the last one judged, after a crash with the same bounds.
func (v *verdicts) isLatest(bounds record.Bounds, state *history.State) bool {
	return v.latest.valid && v.latest.bounds == bounds && v.latest.state.Equal(state)
}

// key returns the key of a state in all.
func (v *verdicts) key(bounds record.Bounds, state *history.State) verdictKey {
	return verdictKey{bounds, state.Hash(v.seed), state.Len()}
}

// keep makes a state the latest and returns the one that it replaces. isLatest finds it again only if it is reusable.
func (v *verdicts) keep(bounds record.Bounds, state *history.State, verdict judge.Verdict, reusable bool) (spare *history.State) {
	l := &v.latest
	spare = l.state
	v.kept++
	l.valid, l.bounds, l.state, l.verdict = reusable, bounds, state, verdict
	return spare
}
