package cluster

import (
	"context"
	"fmt"
	"strconv"
)

// settleSteps is the number of steps that a group has, after its last fault, until all nodes must hold the same.
const settleSteps = 4000

// settle ends all faults and waits until every node has applied the whole log.
func (w *world) settle(ctx context.Context) {
	w.over, w.swarm = true, swarm{}
	clear(w.network.severed)
	for _, m := range w.members {
		m.period, m.lag, m.halts, m.deaf = 3, 0, 0, 0
		m.fs.SetRules()
		m.wakes = min(m.wakes, w.step)
	}
	for range settleSteps {
		if w.settled() || ctx.Err() != nil {
			return
		}
		w.turn()
		w.step++
	}
	if ctx.Err() == nil {
		w.violation(Settles, "the group has not settled %d steps after the last fault: %s", settleSteps, w.states())
	}
}

// settled reports whether nothing is pending: no replacement, transfer or operation, and every node has applied the leader's log.
func (w *world) settled() bool {
	l := w.leader()
	if l == nil || w.replacing != nil || len(w.network.transfers) > 0 {
		return false
	}
	for _, c := range w.clients {
		if c.op >= 0 {
			return false
		}
	}
	s := l.node.Status()
	for _, m := range w.members {
		if !m.up() || m.node.Status().Applied != s.Last {
			return false
		}
	}
	return true
}

// states describes the nodes for a violation.
func (w *world) states() (text string) {
	for _, m := range w.members {
		if m.up() {
			s := m.node.Status()
			text += fmt.Sprintf("node %d: term %d, leader %d, applied %d of %d; ", m.id, s.Term, s.Leader, s.Applied, s.Last)
		} else {
			text += fmt.Sprintf("node %d is down; ", m.id)
		}
	}
	return text
}

// sameEverywhere judges that all nodes hold the same values. A node with a rotten disk may return an error, but no
// wrong value. The same holds for a node whose disk has failed since its last power cut, because it may still have
// wrong data in memory that it read then.
func (w *world) sameEverywhere() {
	for _, key := range w.keys() {
		first, seen := "", false
		for _, m := range w.members {
			if !m.up() {
				return // settle has reported that already
			}
			value, found, err := m.node.Get(key)
			switch holds := fmt.Sprint(found, string(value)); {
			case err != nil && (m.rotten || !w.harmless(m)):
			case err != nil:
				w.violation(Runs, "%s cannot be read: %v", m.tell(), err)
				return
			case seen && holds != first:
				w.violation(Same, "%s differs between nodes: %q on node %d", key, holds, m.id)
			default:
				first, seen = holds, true
			}
		}
	}
}

// keys returns all keys that clients use.
func (w *world) keys() (keys [][]byte) {
	for i := range registers {
		keys = append(keys, []byte("r"+strconv.Itoa(i)))
	}
	for i := range accounts {
		keys = append(keys, account(i))
	}
	for i := range w.firstList() + listsAtOnce {
		keys = append(keys, list(i))
	}
	return keys
}
