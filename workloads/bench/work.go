package bench

import (
	"time"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Time limits. They are constants so that runs with equal entries can be compared.
const (
	bulkLimit   = 8 * time.Second
	getLimit    = 2700 * time.Millisecond
	syncLimit   = 2 * time.Second
	warmLimit   = 1500 * time.Millisecond
	loadLimit   = time.Minute
	settleLimit = 10 * time.Second
)

// state is the state of the store that a work needs.
type state uint8

const (
	closed    state = iota // no store: the work opens it itself
	fresh                  // empty
	loaded                 // all entries, as loaded
	compacted              // all entries, after a manual compaction
	memtable               // all entries in one memtable
)

// work is one kind of measurement.
type work struct {
	name, text string
	goroutines []int // the default
	fixed      bool  // the number of goroutines cannot be changed by options
	state      state
	alone      bool // the work changes the store or measures its process, so it shares neither
	durability history.Durability
	figure     Figure
	run        func(*session, trial) (Measurement, error)
}

// trial is one work done by a session with a number of goroutines.
type trial struct {
	work       work
	goroutines int
}

// Figure describes the main figure of a work.
type Figure struct {
	Unit        string
	LowerBetter bool
}

var (
	operations   = Figure{Unit: "ops/s"}
	entries      = Figure{Unit: "entries/s"}
	milliseconds = Figure{Unit: "ms", LowerBetter: true}
	megabytes    = Figure{Unit: "MB", LowerBetter: true}
)
