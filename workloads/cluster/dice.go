package cluster

import (
	"math/rand/v2"
)

// Draws that are not about an Event have kinds of their own.
const (
	ofSwarm  Kind = 128 + iota // which faults are on
	ofClient                   // how client Node behaves
	ofAsking                   // attempt N of the operation that client Node began at Step
	ofStop                     // how long Node is down after its disk failed
	ofRetry                    // whether a change of members is proposed again
	ofRepair                   // whether the broken Node is replaced
	ofPoint                    // whether the crash point of Node at tick N is searched
	ofRaft                     // raft's N-th draw on Node in this step
)

// dice returns the random source for whatever an event leaves open. It depends only on the seed and the event, so no draw
// changes another.
func dice(seed uint64, e Event) *rand.Rand { return rand.New(rand.NewPCG(mixed(seed, e))) }

func mixed(seed uint64, e Event) (a, b uint64) {
	a = seed
	for _, n := range []uint64{uint64(e.Kind), uint64(e.Step), e.Node, e.To, uint64(e.N)} {
		a = mix(a ^ n)
	}
	return a, mix(a)
}

// mix is the output function of SplitMix64.
func mix(n uint64) uint64 {
	n += 0x9e3779b97f4a7c15
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}

// raftDice replaces crypto/rand.Reader, from which raft draws its election timeouts. The draws of a node depend on the
// node and the step, so one node's draws do not change another's.
type raftDice struct {
	seed uint64
	now  func() (step int, node uint64) // the node at work
	last Event
}

// Read never fails.
func (d *raftDice) Read(p []byte) (int, error) {
	step, node := d.now()
	now := Event{Step: step, Kind: ofRaft, Node: node, N: 1}
	if last := d.last; last.Step == now.Step && last.Node == now.Node {
		now.N += last.N
	}
	d.last = now
	_, draw := mixed(d.seed, now)
	for i := range p {
		if i%8 == 0 {
			draw = mix(draw)
		}
		p[i] = byte(draw >> (8 * (i % 8)))
	}
	return len(p), nil
}
