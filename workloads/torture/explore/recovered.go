package explore

import (
	"sync"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// recoveredBytes bounds the states that recoveredDisks keeps.
const recoveredBytes = 64 << 20

// recoveredDisks are disks whose recovery was accepted, with what it showed. A crash somewhat later mostly leaves some of the
// same disks again. They need no further recovery, only another judgement: more may have been acknowledged by then.
type recoveredDisks struct {
	mu     sync.Mutex
	disks  map[uint64]*recoveredState     // by digest
	states map[verdictKey]*recoveredState // by what they show, without bounds
	bytes  int
}

// recoveredState is what the recoveries of some disks have shown. It never changes.
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

// add keeps a disk, with the key of its state; the state is copied if it is kept.
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

// remember keeps what was shown by an image that was just accepted, if it was decided beforehand.
func (x *explorer) remember(at origin) {
	latest := &x.verdicts.latest
	if at.digest != 0 && latest.valid {
		key := x.verdicts.key(latest.bounds, latest.state)
		key.bounds = record.Bounds{}
		x.shared.recovered.add(at.digest, latest.state, key)
	}
}

// acceptedBefore reports whether an image reads the same as one whose recovery was accepted, and what that showed is to be
// accepted after the crash at hand, too.
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
		return false // recover it: a failure is shown by a recovery
	}
	x.survival.asked = max(x.survival.asked, at.job.cut.Acked)
	x.tally.Alike++
	return true
}
