package torture

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs"
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

// campaign is many runs from one set of options.
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
	limits    func(seed uint64) contract.Limits // those of the run with that seed
	deadline  time.Time                         // zero: none
	cutOff    int                               // runs that were cut off because they took too long
	scope     *small.Scope                      // of the small scope; nil: it is something else
	gaveUp    bool                              // the time for the quota was over
	hopeless  string                            // why nothing else can be tried, such as that the store does not open; empty: it can
	sampling  bool                              // runs are explored under all profiles
	demanding bool                              // it is the default run, which has to reach every goal

	hadStoreDir bool // the working directory had something like a store before the first run
	workDir     hostdisk.WorkDir
	thin        string // says that the engine writes suspiciously little; empty: it does not
	touched     bool   // the engine has changed something on Env.FS

	// What processes before this one have left; see journal.
	deaths       []death
	lost         map[string]bool // the tokens of the runs in which they died
	shapesBefore int
	steered      int  // runs that were recorded in search of goals
	finishing    bool // nothing is left but to make the findings smaller
}

// maxHangs is the number of hangs after which a campaign gives up: each leaves behind goroutines that nobody can stop.
const maxHangs = 4

// maxCutOff is the number of runs that take too long after which a campaign gives up: the others would, too.
const maxCutOff = 4

func newCampaign(target Target, opts Options) (*campaign, error) {
	demanding := opts.isDefault()
	sampling := opts.Profile == "" && opts.Scenario == ""
	opts = opts.withDefaults(&target)
	switch {
	case target.Open == nil && target.OpenLog == nil:
		return nil, fmt.Errorf("%w: target %q has neither Open nor OpenLog", ErrConfig, target.Name)
	case target.Open != nil && target.OpenLog != nil:
		return nil, fmt.Errorf("%w: target %q has both Open and OpenLog; make two targets of it", ErrConfig, target.Name)
	}
	for _, name := range target.Promises.Unpromised {
		if !plan.IsFault(name) {
			return nil, fmt.Errorf("%w: target %q names %q in Promises.Unpromised, which is no fault; see list faults", ErrConfig, target.Name, name)
		}
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

// makeWritable makes a directory and checks that files can be made in it.
func makeWritable(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("%w: cannot make the output directory %s: %w", ErrHost, dir, errors.Unwrap(err))
	}
	if err := hostdisk.CheckWritable(dir); err != nil {
		return fmt.Errorf("%w: cannot write in the output directory %s: %w", ErrHost, dir, cmp.Or(errors.Unwrap(err), err))
	}
	return nil
}

// timeIsUp reports whether the time of the campaign is over.
func (c *campaign) timeIsUp() bool { return !c.deadline.IsZero() && !time.Now().Before(c.deadline) }

// ended reports whether the campaign has to stop, whatever the time.
func (c *campaign) ended(ctx context.Context) bool {
	return ctx.Err() != nil || c.hopeless != "" || c.stopped() || c.findings.len() >= maxFindings || c.figures.Tally.Hangs >= maxHangs ||
		c.cutOff >= maxCutOff
}

// stopped reports whether the campaign has as many findings as it was asked to stop at.
func (c *campaign) stopped() bool {
	return c.opts.StopAfter > 0 && c.findings.len() >= c.opts.StopAfter
}

// budget shares the time that is left among the runs that are left in the round.
func (c *campaign) budget(ctx context.Context, left int) (context.Context, context.CancelFunc) {
	if c.deadline.IsZero() {
		return context.WithCancel(ctx)
	}
	share := max(time.Until(c.deadline)/time.Duration(left), 50*time.Millisecond)
	return context.WithTimeout(ctx, share)
}

// runner is record.Run, or that of record.Stays.
type runner func(context.Context, Target, *plan.Plan, time.Duration) *record.Recording

// runOnce completes a spec from the cell and the options, runs it, and returns the recording; nil if the run is lost.
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
		return nil, nil //nolint:nilnil // the engine would end this process as well
	}
	c.progress.now.Store(fmt.Sprintf("%s × %s, seed %d", s.Workload, s.Fault, s.Seed))
	c.running(0, p.Spec, 0)
	limit, cancel := c.recordingLimit(ctx)
	defer cancel()
	r := run(limit, c.target, p, c.opts.Patience)
	cell.Drawn, cell.Matched = cell.Drawn+1, max(cell.Matched, r.Matched)
	return r, c.noteRecording(ctx, cell, r)
}

// noteRecording notes what a recorded run says about all others.
func (c *campaign) noteRecording(ctx context.Context, cell *cell, r *record.Recording) error {
	switch {
	case len(r.Problems) == 0:
	case r.Unopened():
		c.hopeless = "the store does not open"
	case r.Elsewhere():
		c.hopeless = "crashes of Env.FS say nothing about data that are elsewhere"
	}
	if r.CutOff && ctx.Err() == nil {
		c.cutOff++
		cell.unclear(fmt.Sprintf("a run was cut off after %d operations, at a time limit of %v: the script is too long for the "+
			"engine; allow more time with --limit, or fewer operations with --ops and --keys", len(r.History), c.longestRecording()), 1)
	}
	return c.checkBypass(r)
}

// recordingLimit returns the context of a run: one that is much longer than a run of the matrix is cut off.
func (c *campaign) recordingLimit(ctx context.Context) (context.Context, context.CancelFunc) {
	if c.deadline.IsZero() {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, c.longestRecording())
}

// recordingShare says that a run may take one of so many parts of Options.Limit.
const recordingShare = 8

// longestRecording is how long a run may take if the campaign is bounded by time: a share of its limit, which is for machines that
// are busy and engines that are slow, however little time there is beyond the quota. Lightning takes less than a thousandth of it
// over a run of the matrix. What is cut off proves nothing, and is no finding: the beginning is judged, and the cell is inconclusive.
func (c *campaign) longestRecording() time.Duration {
	return max(c.opts.Limit/recordingShare, time.Minute)
}

// running calls Options.Running with the token of what begins now.
func (c *campaign) running(slot int, spec plan.Spec, tick uint64) {
	if c.opts.Running != nil {
		c.opts.Running(slot, evidence.Token(c.target.Name, spec, evidence.Place{Tick: tick}))
	}
}

// subject makes the judges of a recording.
func (c *campaign) subject(r *record.Recording) *explore.Subject {
	s := explore.NewSubject(c.target, r, c.opts.Patience)
	s.Looks, s.Shapes = &c.looks, &c.shapes
	if c.opts.Running != nil {
		s.Running = c.running
	}
	return s
}

// request returns what the campaign asks of every exploration. ctx is that of the campaign, and not the budget of a run.
func (c *campaign) request(ctx context.Context, s *explore.Subject) explore.Request {
	req := explore.NewRequest(s)
	req.Caller = ctx
	req.First, req.Explorers, req.Progress = c.opts.StopAfter > 0, c.opts.Workers, &c.progress.explored
	if c.opts.Scenario == "" {
		req.Points = c.opts.CrashPoints
	}
	return req
}

// explore carries out a request, and adds the time that it takes to the figures.
func (c *campaign) explore(ctx context.Context, req explore.Request) *explore.Outcome {
	defer c.exploring()()
	return explore.Explore(ctx, req)
}

// exploring begins an exploration; the function that it returns adds the time since then to the figures.
func (c *campaign) exploring() (done func()) {
	begin := time.Now()
	return func() { c.figures.Elapsed += time.Since(begin) }
}

// addFindings keeps what is new, and saves it at once: the process may not live to the end of the campaign.
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
	return c.findings.saveNew(leaving(ctx), c.opts.Dir, c.target)
}

// leaving returns a channel that is closed soon after ctx is done, when nobody waits any more for what has begun.
func leaving(ctx context.Context) <-chan struct{} {
	gone := make(chan struct{})
	context.AfterFunc(ctx, func() { time.AfterFunc(record.Grace, func() { close(gone) }) })
	return gone
}

// owesProfiles reports whether some run has to be explored under every profile.
func (c *campaign) owesProfiles() bool { return c.sampling && c.opts.Shard == Shard{} }

// unseenProfiles returns a reason for each profile that should have had crash images but had none.
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
