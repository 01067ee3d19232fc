package cluster

import (
	"math/rand/v2"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Spec defines a run. The seed decides everything else.
type Spec struct {
	Seed    uint64
	Steps   int             // 0: 5,000
	Nodes   int             // 0: 3
	Clients int             // 0: 4
	Profile faultfs.Profile // of the disks; the zero value is posix-min
	// Words is roughly the number of crash images of each node's disk to open at the end; 0 means none, and a negative number
	// means all of every crash point, up to 64.
	Words int

	// Events, if it is not nil, lists what happens in the run. The Outcome.Events of a run, in any order, repeat that
	// run, and a part of them makes a smaller run. If Events is nil, the seed draws them.
	Events []Event
	// Skip leaves out steps: nothing happens in them, and no clock ticks. The ranges must be sorted.
	Skip []Range
	// Wanted ends the run at the first violation of a class, if it is not "". If it is a violation on a node's disk, only
	// the disks of the last few steps are searched, and the group need not settle.
	Wanted Class
	Watch  *Watcher // nil if nobody watches
}

// Watcher watches a run.
type Watcher struct {
	// Show is called with everything that happens in the run, in order.
	Show func(Happening)
	// Sites describes operations of a trace and where in the source they were made.
	Sites func(trace []faultfs.Op) func(op *faultfs.Op) string
}

// Range is a range of steps: From and those after it, up to but not including To.
type Range struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// Happening is a sentence about what happened at a step of a run.
type Happening struct {
	Step  int    `json:"step"`
	Text  string `json:"text"`
	Event *Event `json:"event,omitempty"` // nil if it is only a consequence of earlier events
}

// EnsureDefaults sets what is 0 to its default.
func (s *Spec) EnsureDefaults() {
	for _, d := range []struct {
		value     *int
		otherwise int
	}{{&s.Steps, 5000}, {&s.Nodes, 3}, {&s.Clients, 4}} {
		if *d.value == 0 {
			*d.value = d.otherwise
		}
	}
	if s.Profile.Name == "" {
		s.Profile = faultfs.PosixMin()
	}
}

// swarm says which faults a run has. Each run leaves out about half of them, so that the others get further.
// Unless stated otherwise a number n means once in n steps on average, and 0 means never.
type swarm struct {
	cutOne, cutSome, cutAll int // power cuts
	partition, oneWay       int // of the network
	disk                    int // a call on a disk fails
	skew                    int // a clock runs at another speed
	transfer                int // the leader hands over
	replace                 int // a node is replaced
	interrupt               int // a snapshot is cut short after a chunk; once in n chunks
	rot                     int // a bit of a table flips while a node is down
	opening                 int // a node's disk fails while the node is being opened; once in n times
	halt                    int // a node is paused for a while
	slow                    int // messages to a node are late
	mistake                 int // an operator starts a node on the store of another
	depose                  int // a leader with a slow clock is cut off from the other nodes, but not from clients
	disaster                int // all nodes lose power, and one its disk, just after another was removed; once in n removals

	lost, late, twice int // percentage of messages

	together bool // a node works once per step, on all that has happened in it, as a server does under load
}

// draw draws the faults that a seed turns on.
func draw(rng *rand.Rand) swarm {
	often := func(n int) int {
		if rng.IntN(2) == 0 {
			return 0
		}
		return n/2 + rng.IntN(n)
	}
	return swarm{
		cutOne: often(300), cutSome: often(900), cutAll: often(1200),
		partition: often(500), oneWay: often(500), disk: often(500), skew: often(400), transfer: often(400), replace: often(1500), interrupt: often(10),
		rot: often(2500), opening: often(10), halt: often(400), slow: often(600), mistake: often(2500), depose: often(500),
		lost: often(4), late: often(20), twice: often(4), disaster: often(3),
		together: rng.IntN(2) == 0,
	}
}

// comes reports whether an event that occurs once in the given number of steps occurs now.
func comes(rng *rand.Rand, once int) bool { return once > 0 && rng.IntN(once) == 0 }
