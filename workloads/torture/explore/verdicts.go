package explore

import (
	"hash/maphash"

	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/judge"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// verdicts remembers what was judged. Two states with the same pairs have the same verdict if the same operations were
// acknowledged and called before the crash.
type verdicts struct {
	seed maphash.Seed // hashes states
	all  map[verdictKey]judge.Verdict
	kept uint64 // how many states were the latest so far
	// latest is the verdict about the state judged last: images of one crash point mostly recover to the same state.
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

// key returns the key of a state in the map of all verdicts.
func (v *verdicts) key(bounds record.Bounds, state *history.State) verdictKey {
	return verdictKey{bounds, state.Hash(v.seed), state.Len()}
}

// keep makes a state the latest, and returns the one that it replaces. Only reusable verdicts are found again.
func (v *verdicts) keep(bounds record.Bounds, state *history.State, verdict judge.Verdict, reusable bool) (spare *history.State) {
	l := &v.latest
	spare = l.state
	v.kept++
	l.valid, l.bounds, l.state, l.verdict = reusable, bounds, state, verdict
	return spare
}
