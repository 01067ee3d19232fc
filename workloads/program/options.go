package program

import (
	"math/rand/v2"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Limits say how much a search tries, and for how long. They are part of what a stage is asked for.
type Limits struct {
	Workers int `json:"workers"` // 0 means 1
	// Images limits the images recovered per crash point; 0 means DefaultImages. A crash point with more is sampled.
	Images int `json:"images,omitempty"`
	Points int `json:"points,omitempty"` // limits the crash points searched, spread over the recording; 0 means all
	// Seed picks the crash points if Points limits them, and the random images of a crash point that has too many.
	Seed uint64 `json:"seed,omitempty"`
	// Nested limits the images of crashes during a recovery that are recovered per crash point; 0 means none.
	Nested int `json:"nested,omitempty"`
	// Findings limits how many distinct findings are explained; 0 means DefaultFindings. Later ones are only counted.
	Findings int `json:"findings,omitempty"`
	// First ends the search with the first image that fails.
	First bool `json:"first,omitempty"`
	// For limits the time of the search; 0 means no limit. What was found by then is still explained, which may take half
	// as long again, but at least ten seconds. The result cannot be a pass.
	For time.Duration `json:"for,omitempty"`
}

// Options configures a search. The zero value searches under posix-min with one worker.
type Options struct {
	Limits
	Model faultfs.Model // of disks of the lab
	// Enough ends the search once it returns true, as if the time was up. It may be nil.
	Enough func() bool
	// Explaining limits the time spent on shrinking and explaining all findings together; 0 means as long as For says.
	Explaining time.Duration
	// Progress is called from time to time by the workers, one call at a time. It may be nil.
	Progress func(Tally)
}

// Defaults of Limits.
const (
	DefaultImages   = 256
	DefaultFindings = 8
)

// leastExplaining is the minimum time allowed for explanations, however short the search is.
const leastExplaining = 10 * time.Second

func (o *Options) ensureDefaults() {
	if o.Model.Profile.Name == "" {
		o.Model.Profile = faultfs.PosixMin() // findings record the profile by name, to replay
	}
	if o.Workers == 0 {
		o.Workers = 1
	}
	if o.Images == 0 {
		o.Images = DefaultImages
	}
	if o.Findings == 0 {
		o.Findings = DefaultFindings
	}
	if o.Explaining == 0 && o.For > 0 {
		o.Explaining = max(o.For/2, leastExplaining)
	}
}

// Chosen returns the indices of the crash points to search, out of n: all or, if Points is lower, one from each of
// Points equal parts of the run.
func (l *Limits) Chosen(points int) []int {
	n := points
	if l.Points > 0 {
		n = min(n, l.Points)
	}
	chosen := make([]int, n)
	for i := range chosen {
		chosen[i] = oneOf(i*points/n, (i+1)*points/n, l.Seed)
	}
	return chosen
}

// oneOf returns a pseudo-random number in [a, b) that depends on its arguments only. Equal steps could fall into step
// with the program: if it alternates writes and syncs, they might hit only the syncs.
func oneOf(a, b int, seed uint64) int {
	return a + rand.New(rand.NewPCG(uint64(a)^seed, uint64(b))).IntN(b-a)
}
