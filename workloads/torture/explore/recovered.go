package explore

import (
	"sync"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// recoveredBytes limits the total size of the states that recoveredDisks keeps.
const recoveredBytes = 64 << 20

// recoveredDisks remembers disks whose recovery was accepted, with the state that it showed. A slightly later crash usually
// leaves some of the same disks again. They need not be recovered again, but they must be judged again, because more may
// have been acknowledged by then.
type recoveredDisks struct {
	mu     sync.Mutex
	disks  map[uint64]*recoveredState     // by digest
	states map[verdictKey]*recoveredState // by state; the bounds in the keys are zero
	bytes  int
}

// recoveredState is a state that the recovery of one or more disks showed. It never changes.
type recoveredState struct {
	state *history.State
	key   verdictKey // without bounds
}

func newRecoveredDisks() *recoveredDisks {
	return &recoveredDisks{disks: map[uint64]*recoveredState{}, states: map[verdictKey]*recoveredState{}}
}

func (r *recoveredDisks) get(digest uint64) *recoveredState {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.disks[digest]
}

// add remembers a disk with its state, which it copies, and the key of that state.
func (r *recoveredDisks) add(digest uint64, state *history.State, key verdictKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := r.states[key]
	if known == nil {
		if r.bytes += state.Bytes(); r.bytes > recoveredBytes {
			return
		}
		known = &recoveredState{state.Clone(), key}
		r.states[key] = known
	}
	r.disks[digest] = known
}

// remember adds an image that was just accepted to the recovered disks, if it was decided beforehand. Only those have a digest.
func (x *explorer) remember(at origin) {
	latest := &x.verdicts.latest
	if at.digest != 0 && latest.valid {
		key := x.verdicts.key(latest.bounds, latest.state)
		key.bounds = record.Bounds{}
		x.shared.recovered.add(at.digest, latest.state, key)
	}
}

// acceptedBefore reports whether an image reads the same as one whose recovery was accepted before, and the state that it
// showed is acceptable after the current crash as well.
func (x *explorer) acceptedBefore(at origin) bool {
	known := x.shared.recovered.get(at.digest)
	if known == nil {
		return false
	}
	key := known.key
	key.bounds = at.job.bounds
	verdict, judged := x.verdicts.all[key]
	if !judged {
		verdict = x.ask(at, known.state)
		x.verdicts.all[key] = verdict
	}
	if verdict.Verdict != checker.Pass {
		return false // recover it: only a recovery can prove a failure
	}
	x.survival.asked = max(x.survival.asked, at.job.cut.Acked)
	x.tally.Alike++
	return true
}
