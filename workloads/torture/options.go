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

// Options says what Check does. The zero value is the default run of about 20 s: each workload under the common faults
// (a workload and its variant share them), and each rare fault under one workload. Numbers have limits, stated in
// package plan; a run within them fits into memory.
type Options struct {
	Workloads []string      // names; empty: all that the target's promises allow
	Faults    []string      // names, or rules in the fault grammar; empty: all
	Profile   string        // crash profile: which subsets of the pending operations a crash may keep; empty: posix-min
	Device    string        // what the disk does to unsynced writes, in the syntax of faultfs.ParseDevice; empty: sectors are atomic
	Scenario  string        // a named run instead of the matrix: see Scenarios
	Seed      uint64        // the seed of everything; 0: 1
	For       time.Duration // total time after which to stop, once the quota is met (see T17); 0: 20 s, or no limit if Rounds is set
	Rounds    int           // number of passes over the matrix; 0: until For is over
	Clients   int           // concurrent clients; 0: drawn for each run, from 1 to 4
	Ops       int           // operations per client; 0: drawn for each run
	Keys      int           // keys loaded before the clients start; 0: drawn for each run
	Workers   int           // crash points explored concurrently; 0: GOMAXPROCS
	// CrashPoints is the maximum number of crash points explored in each run, spread evenly over it. 0: as many as For
	// allows, or all if there is no time limit. The others count as unexplored. A scenario has its own number.
	CrashPoints int
	// Limit is how long the quota may take. If the quota is not met by then, the result is Inconclusive. 0: ten times
	// For, but at least ten minutes; no limit if Rounds is set and For is not.
	Limit time.Duration
	// Patience is how long the engine may go without answering an operation or finishing a recovery before it counts
	// as hanging. 0: 30 s.
	Patience time.Duration
	// Limits says which limits of the engine the runs set (see Target.Limits), such as "manifest-roll 200, table 512".
	// Empty: each run draws its own, and one run in five sets none. "usual": no run sets any. Scenarios set none, except that
	// the scenario small sets those given here.
	Limits    string
	StopAfter int    // stop after this many findings; 0: do not stop
	NoShrink  bool   // do not shrink findings
	Dir       string // directory in which findings are saved; empty: they are not saved
	// Progress, if set, is called a few times per second, from one goroutine.
	Progress func(Progress)
	// Running, if set, is called before each run and before each crash point, with the token that repeats it. Slot 0 is
	// the run; the other slots are the explorers that search it. A slot has one caller at a time. See AfterDeath.
	Running func(slot int, token string)
	// Journal is a file in which Check records its progress, for engines that may end the process. If the file exists
	// when Check starts, Check continues from there, with the same target and options, and its result covers all
	// processes. The caller removes the file. Empty: no journal. See Outlive.
	Journal string
	// Known, if set, reports whether the finding with this ID is already known. A known finding is counted, but not
	// explained, shrunk or saved.
	Known func(id string) bool
	// Shard restricts the run to the cells of one shard. It is exempt from what a pass requires across all cells, such
	// as goals.
	Shard Shard
	// InProcess makes Run work in the process of the test; an engine that dies then ends the test binary. See Run.
	// Check always works in the calling process.
	InProcess bool
	// rotating says that each rare fault runs under one workload only, and that a workload and its variant share the
	// common faults. The seed decides which get which.
	rotating bool
	oneByOne bool             // clients write one at a time
	caller   *evidence.Caller // the Go test that calls; nil: none
}

// isDefault reports whether the options leave the whole matrix in place, whatever time they allow.
func (o *Options) isDefault() bool {
	all := func(names []string) bool { return len(names) == 0 || len(names) == 1 && names[0] == "all" }
	return all(o.Workloads) && all(o.Faults) && o.Profile == "" && o.Device == "" && o.Scenario == "" &&
		o.Limits == "" && o.Rounds == 0 && o.Clients == 0 && o.Ops == 0 && o.Keys == 0 && o.CrashPoints == 0 && o.StopAfter == 0 && o.Shard == Shard{}
}

// rotatingFor is the longest time for which a run of all faults rotates them over the workloads (see
// Options.rotating). Longer runs have every fault under every workload.
//
// NB: For is compared before its default is set, so a run with Rounds and no For rotates too.
const rotatingFor = time.Minute

// On a busy machine a quota may take much longer than For, but it has to end eventually.
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
		o.Limit = o.defaultLimit()
	}
	return o
}

func (o *Options) defaultLimit() time.Duration { return max(quotaTimes*o.For, minLimit) }

// limitWithin returns Limit for a test that package testing ends when left is over, which would lose everything that it
// has found. By default the quota may take three quarters of that time, and shrinking and explaining the rest.
func (o *Options) limitWithin(left time.Duration) time.Duration {
	if o.Limit != 0 || o.For == 0 {
		return o.Limit
	}
	return min(o.defaultLimit(), max(1, left*3/4)) // 0 would be the default
}

// The maximum length of scripts in the scenario small, in steps: by default, and for any value of Options.Ops.
const (
	defaultSmallSteps = 3
	maxSmallSteps     = 8
)

// validate returns an ErrConfig that names the first unknown name, with the choices, or the first number beyond its
// limit.
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
		return fmt.Errorf("%w: scenario %q is for key-value stores, but target %q is a log; leave out the scenario",
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

// fitsTarget returns an ErrConfig if the workload is for a different type of store.
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
		return fmt.Errorf("%w: workload %q is for append-only logs, but target %q is a key-value store; choose one of %s",
			ErrConfig, w.Name, target.Name, strings.Join(right, ", "))
	}
	return fmt.Errorf("%w: workload %q is for key-value stores, but target %q is a log; choose %s",
		ErrConfig, w.Name, target.Name, strings.Join(right, ", "))
}

// otherWorkloads returns the workloads for a different type of store than the target.
func otherWorkloads(target *Target) (names []string) {
	for _, w := range workloads.All() {
		if w.Log != target.IsLog() {
			names = append(names, w.Name)
		}
	}
	return names
}

// checkNumbers returns an ErrConfig that names a number beyond its limit, by its flag; nil if there is none.
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
		return nil // a scenario has sizes of its own
	}
	largest := largestSize(o)
	return plan.CheckSize(largest.Clients, largest.Ops, largest.Keys, largest.ValueBytes)
}
