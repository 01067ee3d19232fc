package torture

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// Options says what Check does. The zero value is the default run, about 20 s: each workload under the common faults (a
// workload and its variant share them), and each rare fault under one workload. Numbers have limits, which
// package plan states; a run within them fits into memory.
type Options struct {
	Workloads []string      // names of workloads; empty: all that the target's promises allow
	Faults    []string      // names of faults or rules in the fault grammar; empty: all
	Profile   string        // which subsets of pending ops a crash may keep; empty: posix-min
	Device    string        // what the disk does to unsynced writes, as faultfs.ParseDevice reads it; empty: sectors are whole
	Scenario  string        // a named run instead of the matrix: see Scenarios
	Seed      uint64        // the seed of everything; 0 means 1
	For       time.Duration // how long to go on once the quota is met (see T17), from the beginning; 0: 20 s, unless Rounds is set
	Rounds    int           // how often to go through the matrix; 0: until For is over
	Clients   int           // concurrent clients of a workload; 0: a choice per run, from 1 to 4
	Ops       int           // operations per client; 0: a choice per run
	Keys      int           // keys loaded before the clients start; 0: a choice per run
	Workers   int           // crash points explored at once; 0: GOMAXPROCS
	// CrashPoints is how many crash points of each run are explored at most, spread evenly over it; 0: as many as For
	// allows, or all if there is no such limit. The others count as unexplored. A scenario has a number of its own.
	CrashPoints int
	// Limit is how long the quota may take. When it is over the result is inconclusive, unless the quota is met. 0: ten times
	// For, and ten minutes at least; no limit if Rounds is set and For is not.
	Limit time.Duration
	// Patience is how long the engine may take over one operation or one recovery before it counts as hanging; 0: 30 s.
	Patience time.Duration
	// Limits says which limits of the engine the runs set (see Target.Limits), such as "manifest-roll 200, table 512". Empty:
	// each run draws its own, and one in five keeps all as they usually are; "usual": no run sets any. Scenarios set none.
	Limits    string
	StopAfter int    // stop after so many findings; 0: go on
	NoShrink  bool   // leave findings as they were found
	Dir       string // where findings are saved; empty: nowhere
	// Progress, if set, is called a few times a second from one goroutine.
	Progress func(Progress)
	// Running, if set, is called before each run and before each crash point with the token that repeats what begins now.
	// Slot 0 is the run, the others are the explorers that search it; a slot has one caller at a time. See Died.
	Running func(slot int, token string)
	// Journal is a file in which Check writes down what it has done, for an engine that may end the process. If it is there when
	// Check begins, Check goes on with what is left, for the same target and options, and its result covers all processes. The
	// caller removes it. Empty: none. See Outlive.
	Journal string
	// Known, if set, says of the ID of a finding that it is known: it is counted, but neither explained, shrunk nor saved.
	Known func(id string) bool
	// Shard leaves all cells to others but its own. What a pass owes over all cells, such as goals, is not asked of it.
	Shard Shard
	// InProcess lets Run do its work in the process of the test, which an engine that dies then ends; see Run. Check always
	// works in the process that calls it.
	InProcess bool
	// rotating says that each rare fault has one workload only, and that a workload and its variant share the common
	// faults; the seed decides who has which.
	rotating bool
	oneByOne bool             // the store is given one write at a time
	caller   *evidence.Caller // the Go test that asks; nil: none
}

// isDefault reports whether the options narrow nothing down, whatever the time.
func (o *Options) isDefault() bool {
	all := func(names []string) bool { return len(names) == 0 || len(names) == 1 && names[0] == "all" }
	return all(o.Workloads) && all(o.Faults) && o.Profile == "" && o.Device == "" && o.Scenario == "" &&
		o.Limits == "" && o.Rounds == 0 && o.Clients == 0 && o.Ops == 0 && o.Keys == 0 && o.CrashPoints == 0 && o.StopAfter == 0 && o.Shard == Shard{}
}

// rotatingFor is the longest time for which a run of all faults rotates them over the workloads: each rare fault has one
// workload, and a workload and its variant share the common ones. Longer runs have every fault under every workload.
//
// NB: For is compared before its default is set, so a run with Rounds and no For rotates too.
const rotatingFor = time.Minute

// A quota may take much longer than For on a machine that is busy, and has to end some day.
const (
	quotaTimes = 10
	minLimit   = 10 * time.Minute
)

func (o Options) withDefaults(target *Target) Options {
	o.oneByOne = !target.Promises.AtomicBatch
	if len(o.Workloads) == 0 || len(o.Workloads) == 1 && o.Workloads[0] == "all" {
		o.Workloads = nil
		for _, w := range workloads.All() {
			if w.Log == target.IsLog() && (target.Promises.Transactions || !w.Transactional) {
				o.Workloads = append(o.Workloads, w.Name)
			}
		}
	}
	if len(o.Faults) == 0 || len(o.Faults) == 1 && o.Faults[0] == "all" {
		o.Faults, o.rotating = nil, o.For <= rotatingFor
		for _, f := range Faults() {
			if !slices.Contains(target.Promises.Unpromised, f.Name) {
				o.Faults = append(o.Faults, f.Name)
			}
		}
	}
	if o.Profile == "" {
		o.Profile = Profiles()[0].Name
	}
	if o.Seed == 0 {
		o.Seed = 1
	}
	if o.Patience == 0 {
		o.Patience = record.DefaultPatience
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Scenario != "" {
		o.Workloads, o.Faults, o.Rounds = []string{o.Scenario}, plan.FaultsOf(o.Scenario), 1
	}
	if o.For == 0 && o.Rounds == 0 {
		o.For = 20 * time.Second
	}
	if o.Limit == 0 && o.For > 0 {
		o.Limit = max(quotaTimes*o.For, minLimit)
	}
	return o
}

// How many steps the scripts of the small scope have at most, unless Options.Ops says otherwise, and whatever it says.
const (
	defaultSmallSteps = 3
	maxSmallSteps     = 8
)

// validate names the first thing that does not exist, with the choices, or the first number beyond its limit.
func (o Options) validate(target *Target) error {
	if err := o.checkNumbers(); err != nil {
		return err
	}
	if err := o.Shard.check(); err != nil {
		return err
	}
	if o.Scenario != "" {
		if err := plan.CheckScenario(o.Scenario); err != nil || !target.IsLog() {
			return err
		}
		return fmt.Errorf("%w: scenario %q is for key-value stores, and target %q is a log; leave out the scenario",
			ErrConfig, o.Scenario, target.Name)
	}
	for _, name := range o.Workloads {
		w, err := plan.WorkloadNamed(name)
		if err != nil {
			return err
		}
		if err := fitsTarget(&w, target); err != nil {
			return err
		}
	}
	for _, name := range o.Faults {
		if _, err := plan.FaultNamed(name); err != nil {
			return err
		}
	}
	if _, err := faultfs.ParseDevice(o.Device); err != nil {
		return fmt.Errorf("%w: %w", ErrConfig, err)
	}
	_, err := plan.ProfileNamed(o.Profile)
	return err
}

// fitsTarget returns an ErrConfig if a workload is for another kind of store.
func fitsTarget(w *workloads.Workload, target *Target) error {
	var right []string
	for _, other := range workloads.All() {
		if other.Log == target.IsLog() {
			right = append(right, other.Name)
		}
	}
	switch {
	case w.Log == target.IsLog():
		return nil
	case w.Log:
		return fmt.Errorf("%w: workload %q is for append-only logs, and target %q is a key-value store; choose one of %s",
			ErrConfig, w.Name, target.Name, strings.Join(right, ", "))
	}
	return fmt.Errorf("%w: workload %q is for key-value stores, and target %q is a log; choose %s",
		ErrConfig, w.Name, target.Name, strings.Join(right, ", "))
}

// otherWorkloads returns the workloads that are for stores of another kind than the target.
func otherWorkloads(target *Target) (names []string) {
	for _, w := range workloads.All() {
		if w.Log != target.IsLog() {
			names = append(names, w.Name)
		}
	}
	return names
}

// checkNumbers returns an ErrConfig that names a number beyond its limit, if there is one. The names are those of the flags.
func (o Options) checkNumbers() error {
	for _, number := range []struct {
		name     string
		n, limit int
	}{
		{"--clients", o.Clients, plan.MaxClients},
		{"--ops", o.Ops, plan.MaxOps},
		{"--keys", o.Keys, plan.MaxKeys},
		{"--rounds", o.Rounds, plan.MaxCount},
		{"--workers", o.Workers, plan.MaxWorkers},
		{"CrashPoints", o.CrashPoints, plan.MaxCount},
		{"--stop-after", o.StopAfter, plan.MaxCount},
	} {
		if err := plan.CheckNumber(number.name, number.n, number.limit); err != nil {
			return err
		}
	}
	if err := plan.CheckDuration("--for", o.For, plan.MaxFor); err != nil {
		return err
	}
	if err := plan.CheckDuration("--limit", o.Limit, quotaTimes*plan.MaxFor); err != nil {
		return err
	}
	if err := plan.CheckDuration("Patience", o.Patience, plan.MaxPatience); err != nil {
		return err
	}
	if o.Scenario == plan.SmallName {
		return plan.CheckNumber("--ops", o.Ops, maxSmallSteps)
	}
	if o.Scenario != "" {
		return nil // it has a size of its own
	}
	largest := largestSize(o)
	return plan.CheckSize(largest.Clients, largest.Ops, largest.Keys, largest.ValueBytes)
}
