package torture

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/small"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/decide"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
	"github.com/lightningdb/lightning-torture/workloads/torture/shape"
	"github.com/lightningdb/lightning-torture/workloads/torture/worst"
)

// campaign is a series of runs from one set of options.
type campaign struct {
	target    Target
	opts      Options
	cells     []*cell
	figures   *figures
	looks     decide.Looks
	shapes    shape.Seen
	stays     record.Stays
	goals     []contract.Goal
	findings  *findings
	worst     worst.Worst
	progress  *progress
	limits    func(seed uint64) contract.Limits // the limits for the run with that seed
	deadline  time.Time                         // zero: none
	scope     *small.Scope                      // nil unless this is the scenario small
	gaveUp    bool                              // Options.Limit expired before the quota was met
	sampling  bool                              // runs are explored under all profiles
	demanding bool                              // this is the default run, which must reach every goal

	hadStoreDir bool // record.StoreDir existed in the working directory before the first run
	workDir     hostdisk.WorkDir
	touched     bool // the engine has changed something on Env.FS

	// What a new process continues from; see journal.
	lasting
	lost map[string]bool // tokens of the runs in which earlier processes died
}

// maxHangs is the number of hangs after which a campaign gives up. Each hang leaks goroutines that nothing can stop.
const maxHangs = 4

// maxCutOff is the number of cut-off runs after which a campaign gives up. Each is smaller than the one before, so
// further runs would take too long as well.
const maxCutOff = 4

func newCampaign(target Target, opts Options) (*campaign, error) {
	demanding := opts.isDefault()
	sampling := opts.Profile == "" && opts.Scenario == ""
	opts = opts.withDefaults(&target)
	if err := validateTarget(&target); err != nil {
		return nil, err
	}
	if err := opts.validate(&target); err != nil {
		return nil, err
	}
	limits, err := opts.limitsOf(&target)
	if err != nil {
		return nil, err
	}
	if opts.Dir != "" {
		if err := makeWritable(opts.Dir); err != nil {
			return nil, err
		}
	}
	cells, err := opts.Shard.of(cellsOf(opts))
	if err != nil {
		return nil, err
	}
	c := &campaign{
		target: target, opts: opts, cells: cells, figures: newFigures(&target), goals: contract.GoalsOf(&target), findings: newFindings(opts.For),
		limits: limits, progress: &progress{begin: time.Now()}, hadStoreDir: storeDirExists(), sampling: sampling, demanding: demanding,
		workDir: hostdisk.NewWorkDir(),
	}
	c.findings.caller, c.findings.known = opts.caller, opts.Known
	if opts.Journal != "" {
		c.findings.keep = c.writeJournal
	}
	if opts.For > 0 {
		c.deadline = c.progress.begin.Add(opts.For)
	}
	c.owe()
	return c, c.resume()
}

func validateTarget(t *Target) error {
	switch {
	case t.Open == nil && t.OpenLog == nil:
		return fmt.Errorf("%w: target %q has neither Open nor OpenLog", ErrConfig, t.Name)
	case t.Open != nil && t.OpenLog != nil:
		return fmt.Errorf("%w: target %q has both Open and OpenLog; split it into two targets", ErrConfig, t.Name)
	}
	for _, name := range t.Promises.Unpromised {
		if !plan.IsFault(name) {
			return fmt.Errorf("%w: target %q: Promises.Unpromised: unknown fault %q; see list faults", ErrConfig, t.Name, name)
		}
	}
	return nil
}

// makeWritable creates dir if necessary and checks that files can be created in it.
func makeWritable(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("%w: output directory %s: cannot be created: %w", ErrHost, dir, errors.Unwrap(err))
	}
	if err := hostdisk.CheckWritable(dir); err != nil {
		return fmt.Errorf("%w: output directory %s: not writable: %w", ErrHost, dir, cmp.Or(errors.Unwrap(err), err))
	}
	return nil
}

// timeIsUp reports whether the campaign's deadline has passed.
func (c *campaign) timeIsUp() bool { return !c.deadline.IsZero() && !time.Now().Before(c.deadline) }

// ended reports whether the campaign has to stop for a reason other than its deadline.
func (c *campaign) ended(ctx context.Context) bool {
	return ctx.Err() != nil || c.Hopeless != "" || c.stopped() || c.findings.len() >= maxFindings || c.figures.Tally.Hangs >= maxHangs ||
		c.CutOff >= maxCutOff
}

// stopped reports whether the campaign has reached Options.StopAfter.
func (c *campaign) stopped() bool {
	return c.opts.StopAfter > 0 && c.findings.len() >= c.opts.StopAfter
}

// budget gives a run its share of the remaining time; left is the number of runs left in the round.
func (c *campaign) budget(ctx context.Context, left int) (context.Context, context.CancelFunc) {
	if c.deadline.IsZero() {
		return context.WithCancel(ctx)
	}
	share := max(time.Until(c.deadline)/time.Duration(left), 50*time.Millisecond)
	return context.WithTimeout(ctx, share)
}

// runner is record.Run or the Run of record.Stays.
type runner func(context.Context, Target, *plan.Plan, time.Duration) *record.Recording

// runOnce completes a spec from the cell and the options, runs it and returns the recording. The recording is nil if
// the engine ended an earlier process in this run.
func (c *campaign) runOnce(ctx context.Context, cell *cell, s plan.Spec, run runner) (*record.Recording, error) {
	s.Workload, s.Scenario = cell.Result.Workload, c.opts.Scenario
	s.Profile, s.Device, s.Size.Largest = c.opts.Profile, c.opts.Device, c.target.Largest
	if s.Limits == nil {
		s.Limits = c.limits(s.Seed)
	}
	p, err := plan.Resolve(s)
	if err != nil {
		return nil, err
	}
	if c.isLost(p.Spec) {
		return nil, nil //nolint:nilnil // the engine would end this process too
	}
	c.progress.now.Store(fmt.Sprintf("%s × %s, seed %d", s.Workload, s.Fault, s.Seed))
	c.running(0, p.Spec, 0)
	limit, cancel := c.recordingLimit(ctx)
	defer cancel()
	r := run(limit, c.target, p, c.opts.Patience)
	cell.Drawn, cell.Matched = cell.Drawn+1, max(cell.Matched, r.Matched)
	return r, c.noteRecording(ctx, cell, r)
}

// noteRecording notes what a recorded run reveals about the whole campaign.
func (c *campaign) noteRecording(ctx context.Context, cell *cell, r *record.Recording) error {
	switch {
	case len(r.Problems) == 0:
	case r.Unopened():
		c.Hopeless = "the store does not open"
	case r.Elsewhere():
		c.Hopeless = "crashes of Env.FS say nothing about data kept elsewhere"
	}
	if r.CutOff && ctx.Err() == nil {
		c.CutOff++
		reason := fmt.Sprintf("a run was cut off after %d operations, at its time limit of %v: the script is too long for this "+
			"engine; allow more time with --limit, or fewer operations with --ops and --keys", len(r.History), c.longestRecording())
		if c.opts.Ops != 0 && c.opts.Keys != 0 {
			cell.unclear(reason, 1)
		} else {
			cell.TooLong = reason // smaller runs follow, see size
		}
	}
	return c.checkBypass(r)
}

// recordingLimit returns the context of a run, which is cut off when it takes much longer than a run of the matrix
// should.
func (c *campaign) recordingLimit(ctx context.Context) (context.Context, context.CancelFunc) {
	if c.deadline.IsZero() {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, c.longestRecording())
}

// recordingShare: a run may take up to 1/recordingShare of Options.Limit.
const recordingShare = 8

// longestRecording is how long a run may take in a campaign that is bounded by time. It depends on Options.Limit and
// not on the time left, to leave room for busy machines and slow engines; Lightning needs less than a thousandth of it
// for a run of the matrix. A run that is cut off is not a finding and proves nothing, but what it recorded until then
// is judged. Later runs are smaller, and the cell is inconclusive unless it gets what a pass requires; if the user has
// set the sizes, it is always inconclusive.
func (c *campaign) longestRecording() time.Duration {
	return max(c.opts.Limit/recordingShare, time.Minute)
}

// tooLongDivides divides the sizes that the lab chooses, for each run that took too long.
const tooLongDivides = 4

// size picks the sizes of a run that the options leave open: smaller ones if earlier runs took too long, as with a store
// that writes everything it has at each commit.
func (c *campaign) size(seed uint64, round int) workloads.Size {
	size := chooseSize(c.opts, seed, round)
	for range c.CutOff {
		if c.opts.Ops == 0 {
			size.Ops = max(1, size.Ops/tooLongDivides)
		}
		if c.opts.Keys == 0 {
			size.Keys /= tooLongDivides
		}
	}
	return size
}

// running calls Options.Running with the token of what starts now.
func (c *campaign) running(slot int, spec plan.Spec, tick uint64) {
	if c.opts.Running != nil {
		c.opts.Running(slot, evidence.Token(c.target.Name, spec, evidence.Place{Tick: tick}))
	}
}

// subject returns a recording with its judges.
func (c *campaign) subject(r *record.Recording) *explore.Subject {
	s := explore.NewSubject(c.target, r, c.opts.Patience)
	s.Looks, s.Shapes = &c.looks, &c.shapes
	if c.opts.Running != nil {
		s.Running = c.running
	}
	return s
}

// request returns what the campaign asks of every exploration. ctx is the campaign's context, not the budget of a run.
func (c *campaign) request(ctx context.Context, s *explore.Subject) explore.Request {
	req := explore.NewRequest(s)
	req.Caller = ctx
	req.First, req.Explorers, req.Progress = c.opts.StopAfter > 0, c.opts.Workers, &c.progress.explored
	if c.opts.Scenario == "" {
		req.Points = c.opts.CrashPoints
	}
	return req
}

// explore carries out a request and adds the time taken to the figures.
func (c *campaign) explore(ctx context.Context, req explore.Request) *explore.Outcome {
	defer c.exploring()()
	return explore.Explore(ctx, req)
}

// exploring starts timing an exploration; the returned function adds the elapsed time to the figures.
func (c *campaign) exploring() (done func()) {
	begin := time.Now()
	return func() { c.figures.Elapsed += time.Since(begin) }
}

// addFindings adds new findings and saves them at once, because the process may die before the campaign ends.
func (c *campaign) addFindings(ctx context.Context, cell *cell, s *explore.Subject, failures []explore.Failure) error {
	isNew := false
	for _, f := range failures {
		added, err := c.findings.add(ctx, s, f)
		if err != nil {
			return err
		}
		if added {
			cell.Result.Findings++
			isNew = true
		}
	}
	if !isNew {
		return nil
	}
	c.workDir.ComeBack()
	c.findings.saveNew(graceOver(ctx), c.opts.Dir, c.target)
	return nil
}

// graceOver returns a channel that is closed record.Grace after ctx is done, when work under way is no longer waited for.
func graceOver(ctx context.Context) <-chan struct{} {
	gone := make(chan struct{})
	context.AfterFunc(ctx, func() { time.AfterFunc(record.Grace, func() { close(gone) }) })
	return gone
}

// owesProfiles reports whether the campaign must explore some run under every profile.
func (c *campaign) owesProfiles() bool { return c.sampling && c.opts.Shard == Shard{} }

// unseenProfiles returns a reason for each profile for which crash images were required but none was recovered.
func (c *campaign) unseenProfiles() (reasons []string) {
	if !c.owesProfiles() {
		return nil
	}
	for _, p := range faultfs.Profiles() {
		if c.figures.Profiles[p.Name].Images == 0 {
			reasons = append(reasons, "no crash image was recovered under profile "+p.Name)
		}
	}
	return reasons
}
