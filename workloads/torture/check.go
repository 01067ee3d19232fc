package torture

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Check tortures target and returns what was found. It fails only if the lab itself could not work; a store that
// breaks its promises is a Result with the verdict Fail. When ctx is done, Check returns what it has so far, with
// Interrupted set.
func Check(ctx context.Context, target Target, opts Options) (*Result, error) {
	c, err := newCampaign(target, opts)
	if err != nil {
		return nil, err
	}
	stop := c.progress.watch(c.opts.Progress)
	err = c.run(ctx)
	stop()
	if err != nil {
		return nil, err
	}
	return c.finish(ctx)
}

// campaign is many runs from one set of options.
type campaign struct {
	target    Target
	opts      Options
	cells     []*cell
	findings  *findings
	progress  *progress
	deadline  time.Time // zero: none
	total     tally
	explored  time.Duration // wall time of exploration
	acked     int
	kept      int // of the acked, those that every image still had
	bank      bankTotals
	sampling  bool                    // runs are explored under all profiles
	profiles  map[string]ProfileCount // by name
	goals     []GoalCount
	demanding bool      // it is the default run, which has to reach every goal
	traces    hash.Hash // of the hashes of all traces, one a line
}

// bankTotals is the money of the bank: what there should be, and the first wrong sum that was seen.
type bankTotals struct{ want, got int64 }

func (b *bankTotals) add(e *exploration) {
	bank := e.plan.bank()
	if bank == nil || b.got != b.want {
		return
	}
	b.want, b.got = bank.Total, *cmp.Or(e.wrong, &bank.Total)
	for _, v := range e.problems {
		if v.Class == "bank: total not conserved" {
			b.got = sumOf(bank, &e.history[v.Ops[0]])
		}
	}
}

// sumOf adds up the accounts that an operation read.
func sumOf(bank *checker.Bank, op *history.Op) int64 {
	state := &history.State{}
	for _, r := range op.Reads {
		if r.Found {
			state.Append(r.Key, r.Value)
		}
	}
	return bank.Sum(state)
}

func newCampaign(target Target, opts Options) (*campaign, error) {
	demanding := opts.isDefault()
	sampling := opts.Profile == "" && opts.Scenario == ""
	opts = opts.withDefaults(target.Promises)
	if target.Open == nil {
		return nil, fmt.Errorf("%w: target %q has no Open", ErrConfig, target.Name)
	}
	if err := opts.validate(); err != nil {
		return nil, err
	}
	if opts.Dir != "" {
		if err := writable(opts.Dir); err != nil {
			return nil, err
		}
	}
	c := &campaign{
		target: target, opts: opts, findings: newFindings(), progress: &progress{begin: time.Now()},
		profiles: map[string]ProfileCount{}, traces: sha256.New(),
	}
	if opts.For > 0 {
		c.deadline = c.progress.begin.Add(opts.For)
	}
	c.cells = cellsOf(opts)
	c.sampling, c.demanding = sampling, demanding
	for _, g := range target.goals() {
		c.goals = append(c.goals, GoalCount{Name: g.Name, Text: g.Text})
	}
	return c, nil
}

// writable makes a directory and checks that files can be made in it.
func writable(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("%w: cannot make the output directory %s: %w", ErrHost, dir, errors.Unwrap(err))
	}
	probe := filepath.Join(dir, ".writable")
	if err := os.WriteFile(probe, nil, 0o666); err != nil {
		return fmt.Errorf("%w: cannot write in the output directory %s: %w", ErrHost, dir, errors.Unwrap(err))
	}
	return os.Remove(probe)
}

// run goes through the matrix round by round. The first round is finished even if the time is over: a cell that never ran
// would leave the verdict open.
func (c *campaign) run(ctx context.Context) error {
	cells := c.byFault()
	for round := 0; c.opts.Rounds == 0 || round < c.opts.Rounds; round++ {
		for i, cell := range cells {
			if c.ended(ctx) || round > 0 && c.late() {
				return nil
			}
			if err := c.one(ctx, cell, round, len(cells)-i); err != nil {
				return fmt.Errorf("%s × %s: %w", cell.Workload, cell.Fault, err)
			}
		}
	}
	return nil
}

// byFault returns the cells in the order in which they run: every workload under the first fault, which is the plain
// power cut, then every workload under the next. What only one workload shows is found early so.
func (c *campaign) byFault() []*cell {
	return slices.SortedStableFunc(slices.Values(c.cells), func(a, b *cell) int {
		return cmp.Compare(slices.Index(c.opts.Faults, a.Fault), slices.Index(c.opts.Faults, b.Fault))
	})
}

// over reports whether no further run is to begin.
func (c *campaign) over(ctx context.Context) bool {
	return c.ended(ctx) || c.late()
}

// late reports whether the time is over.
func (c *campaign) late() bool { return !c.deadline.IsZero() && !time.Now().Before(c.deadline) }

// ended reports whether the campaign is to stop, whatever the time.
func (c *campaign) ended(ctx context.Context) bool {
	return ctx.Err() != nil || c.opts.StopAfter > 0 && c.findings.len() >= c.opts.StopAfter ||
		c.findings.len() >= maxFindings || c.total.hangs >= maxHangs
}

// one records, judges and explores the runs of a cell in a round: one, or all of a sweep.
func (c *campaign) one(ctx context.Context, cell *cell, round, left int) error {
	if cell.series != nil {
		return c.sweep(ctx, cell)
	}
	if err := c.rehearse(ctx, cell, round, left); err != nil || c.ended(ctx) {
		return err
	}
	r, err := c.record(ctx, cell, round)
	if err != nil || ctx.Err() != nil {
		return err
	}
	budget, cancel := c.budget(ctx, left)
	defer cancel()
	return c.examine(ctx, budget, cell, r)
}

// examine judges a recorded run, as it was and, until the budget is spent, after crashes.
func (c *campaign) examine(ctx, budget context.Context, cell *cell, r *recording) error {
	c.judgeLive(ctx, cell, r)
	e := newExploration(r, c.target)
	e.first = c.opts.StopAfter > 0
	most, cancel := c.mainly(budget, r.plan)
	c.timed(func() { e.explore(most, c.opts.Workers, c.progress) })
	cancel()
	c.progress.runs.Add(1)
	if limit := c.opts.CrashPoints; limit > 0 && r.plan.points == limit {
		c.total.left += max(0, len(r.crashTicks())-limit)
	}
	if err := c.add(ctx, cell, e); err != nil {
		return err
	}
	if err := c.least(ctx, cell, e); err != nil {
		return err
	}
	return c.sample(ctx, budget, cell, r)
}

// What is explored of every run, however slow the machine is.
const (
	leastPoints = 6
	leastImages = 24 // of one crash point
)

// least explores a few crash points of a run for which the time did not suffice for as many.
func (c *campaign) least(ctx context.Context, cell *cell, short *exploration) error {
	if short.tally.points >= leastPoints || short.tally.left == 0 || c.ended(ctx) {
		return nil
	}
	e := newExploration(short.recording, c.target)
	e.first, e.images, e.ticks = c.opts.StopAfter > 0, leastImages, [][]uint64{spread(e.crashTicks(), leastPoints)}
	c.timed(func() { e.explore(ctx, c.opts.Workers, c.progress) })
	cell.bytesLost += e.tally.bytesLost
	return c.addSample(ctx, cell, e)
}

// timed adds what an exploration takes to the time of all.
func (c *campaign) timed(explore func()) {
	begin := time.Now()
	explore()
	c.explored += time.Since(begin)
}

// maxDraws is how many places a fault is tried at before a run in which it does not hit counts.
const maxDraws = 16

// record records a run of a cell. A fault that hit nothing, or hit before anything had changed, says nothing: it is placed
// anew. So it is in the first run of a cell if no client got as far as a commit; later runs may fail that early.
func (c *campaign) record(ctx context.Context, cell *cell, round int) (*recording, error) {
	for draw := 0; ; draw++ {
		seed := childSeed(c.opts.Seed, cell.Workload, cell.Fault, round, draw) & (1<<32 - 1)
		r, err := c.try(ctx, cell, spec{Fault: cell.Fault, Seed: seed, Size: chooseSize(c.opts, seed, round)})
		if err != nil {
			return nil, err
		}
		missed := len(r.plan.rulesAt(r.plan.late, 0)) > 0 && len(r.injected) == 0 || len(r.crashTicks()) == 0 ||
			round == 0 && r.committed() == 0
		if !missed || len(r.problems) > 0 || draw == maxDraws-1 {
			return r, nil
		}
		if ctx.Err() != nil {
			return r, nil //nolint:nilerr // an interrupted run is no failure: what it has recorded counts
		}
	}
}

// try records the run of a spec, of which the cell and the options say the rest.
func (c *campaign) try(ctx context.Context, cell *cell, s spec) (*recording, error) {
	s.Workload, s.Scenario = cell.Workload, c.opts.Scenario
	s.Profile, s.Device = c.opts.Profile, c.opts.Device
	p, err := resolve(s)
	if err != nil {
		return nil, err
	}
	c.progress.now.Store(fmt.Sprintf("%s × %s, seed %d", s.Workload, s.Fault, s.Seed))
	p.patience, p.running = c.opts.Patience, c.opts.Running
	if s.Scenario == "" {
		p.points = c.opts.CrashPoints
	}
	return record(ctx, c.target, p), nil
}

// budget shares the time that is left among the runs that are left of the round.
func (c *campaign) budget(ctx context.Context, left int) (context.Context, context.CancelFunc) {
	if c.deadline.IsZero() {
		return context.WithCancel(ctx)
	}
	share := max(time.Until(c.deadline)/time.Duration(left), 50*time.Millisecond)
	return context.WithTimeout(ctx, share)
}

// add puts the figures and findings of one run into the totals.
func (c *campaign) add(ctx context.Context, cell *cell, e *exploration) error {
	cell.add(e)
	fmt.Fprintln(c.traces, e.hash())
	if rule := e.plan.fault.rule(c.target.Promises); rule.Lower == 0 && !e.plan.fault.rot {
		asked, kept := e.survived.count(e.recording)
		c.acked, c.kept = c.acked+asked, c.kept+kept
	}
	return c.addExplored(ctx, cell, e, append(c.liveFailures(e.recording), e.failures...))
}

// liveFailures returns what went wrong in a run without a crash.
func (c *campaign) liveFailures(r *recording) (failures []failure) {
	for _, v := range r.problems {
		if v.Class == "hang" {
			c.total.hangs++
		}
		failures = append(failures, failure{Violation: v, judge: "live", count: 1})
	}
	return failures
}

// addSample puts the figures and findings of a sample of a run into the totals.
func (c *campaign) addSample(ctx context.Context, cell *cell, e *exploration) error {
	e.tally.left = 0
	cell.CrashPoints += e.tally.points
	cell.Images += e.tally.images
	return c.addExplored(ctx, cell, e, e.failures)
}

// addExplored puts what one exploration saw into the totals.
func (c *campaign) addExplored(ctx context.Context, cell *cell, e *exploration, failures []failure) error {
	c.total.add(e.tally)
	for i, points := range e.reached {
		c.goals[i].Points += points
	}
	if e.tally.rotted > 0 {
		cell.Injected[e.plan.rules[0].Key()] += e.tally.rotted
	}
	n := c.profiles[e.plan.Profile]
	n.CrashPoints += e.tally.points
	n.Images += e.tally.images
	c.profiles[e.plan.Profile] = n
	c.bank.add(e)
	for reason, n := range e.unclear {
		cell.unclear(reason, n)
		c.progress.unknown.Add(int64(n))
	}
	return c.addFindings(ctx, cell, e, failures)
}

// addFindings keeps what is new, and saves it at once: the process may not live to the end of the campaign.
func (c *campaign) addFindings(ctx context.Context, cell *cell, e *exploration, failures []failure) error {
	isNew := false
	for _, f := range failures {
		if c.findings.add(ctx, e, c.target.Name, f) {
			cell.Findings++
			isNew = true
		}
	}
	if !isNew {
		return nil
	}
	_, err := c.findings.save(c.opts.Dir, c.target)
	return err
}

// finish turns the totals into the result.
func (c *campaign) finish(ctx context.Context) (*Result, error) {
	elapsed := time.Since(c.progress.begin)
	if !c.opts.NoShrink {
		c.findings.shrink(ctx, c.target, c.opts.Patience)
	}
	r := &Result{
		Version: 1, Engine: c.target.Name, Scenario: c.opts.Scenario, Seed: c.opts.Seed, Profile: c.opts.Profile,
		Device:         c.opts.Device,
		ElapsedSeconds: elapsed.Seconds(), Runs: int(c.progress.runs.Load()), CrashPoints: c.total.points,
		ExhaustivePoints: c.total.exhaustive, SampledPoints: c.total.sampled,
		UnexploredPoints: c.total.left, WidestExhaustive: c.total.widest,
		Images: c.total.images, NestedImages: c.total.nested,
		DeepPoints: c.total.deep, RecoveryCycles: c.total.cycles, Divergences: c.total.divergences, RepeatedImages: c.total.repeated,
		BytesLost: c.total.bytesLost, AckedSynced: c.acked, Recovered: c.kept, TraceHash: hex.EncodeToString(c.traces.Sum(nil)[:8]),
		BankTotalWant: c.bank.want, BankTotalGot: c.bank.got, FaultsInjected: map[string]uint64{}, Findings: []Finding{},
		Cells: []Cell{}, Interrupted: ctx.Err() != nil, Provenance: provenance(),
	}
	if s := c.explored.Seconds(); s > 0 {
		r.ImagesPerSecond = float64(r.Images) / s
	}
	r.Spent = c.total.spent.seconds()
	if total := c.total.spent.total; total > 0 {
		r.LabShare = 1 - c.total.spent.engine().Seconds()/total.Seconds()
	}
	// A run that was to stop at its findings, and did, owes nothing else.
	stopped := c.opts.StopAfter > 0 && c.findings.len() >= c.opts.StopAfter
	r.Profiles, r.Goals = c.profiles, c.goals
	if !stopped {
		r.Reasons = append(c.unseenProfiles(), c.missed()...)
	}
	for _, cell := range c.cells {
		if !stopped {
			cell.judge()
		}
		for kind, n := range cell.Injected {
			r.FaultsInjected[kind] += n
		}
		r.Cells = append(r.Cells, cell.Cell)
	}
	var err error
	if r.Findings, err = c.findings.save(c.opts.Dir, c.target); err != nil {
		return nil, err
	}
	r.conclude()
	return r, nil
}

func provenance() Provenance {
	return Provenance{Tool: Version(), GoVersion: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU()}
}
