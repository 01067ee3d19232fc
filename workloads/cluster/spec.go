package cluster

import (
	"math/rand/v2"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Spec says what a run is. Everything that it leaves open follows from the seed.
type Spec struct {
	Seed    uint64
	Steps   int             // 0: 5,000
	Nodes   int             // 0: 3
	Clients int             // 0: 4
	Profile faultfs.Profile // of the disks; the zero value is posix-min
	// Words is how many crash images of each node's disk are opened at the end; 0: none, negative: as many as there are.
	Words int
}

func (s *Spec) ensureDefaults() {
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

// swarm is which faults a run has, and how often: most runs have a few of them. A number is one in so many steps; 0 is never.
type swarm struct {
	cutOne, cutSome, cutAll int // power cuts
	partition, oneWay       int // of the network
	disk                    int // a call of a disk fails
	skew                    int // a clock runs at another speed
	transfer                int // the leader hands over
	replace                 int // a node is replaced
	interrupt               int // a snapshot is cut short behind some chunk
	rot                     int // a bit of a table rots while a node is down
	opening                 int // the disk of a node fails while it is opened
	halt                    int // a node is held up for a while
	slow                    int // messages to a node are late
	mistake                 int // somebody starts a node on the store of another one

	lost, late, twice int // percent of messages
}

// draw draws what a seed switches on.
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
		rot: often(2500), opening: often(10), halt: often(400), slow: often(600), mistake: often(2500),
		lost: often(4), late: often(20), twice: often(4),
	}
}

// comes reports whether something that comes once in so many steps comes now.
func comes(rng *rand.Rand, once int) bool { return once > 0 && rng.IntN(once) == 0 }
