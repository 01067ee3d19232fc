package bench

import (
	"time"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Limits of time. They are constants, so that two runs of the same entries can be compared.
const (
	bulkLimit   = 8 * time.Second
	getLimit    = 2700 * time.Millisecond
	syncLimit   = 2 * time.Second
	warmLimit   = 1500 * time.Millisecond
	loadLimit   = time.Minute
	settleLimit = 10 * time.Second
)

// state is how a work finds its store.
type state uint8

const (
	closed    state = iota // there is none: the work opens it itself
	fresh                  // empty
	loaded                 // all entries, as loading left them
	compacted              // all entries, compacted by hand
	memtable               // all entries in one memtable
)

// work is one kind of measurement.
type work struct {
	name, text string
	goroutines []int // what is measured by default
	fixed      bool  // the work has these goroutines whatever the options ask for
	state      state
	alone      bool // it changes the store, or its process is what is measured: it shares neither
	durability history.Durability
	figure     Figure
	run        func(*session, trial) (Measurement, error)
}

// trial is one work that a session does with so many goroutines.
type trial struct {
	work       work
	goroutines int
}

// Figure says what number stands for a work.
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
