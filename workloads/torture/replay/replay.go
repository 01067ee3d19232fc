package replay

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// Result is what a replay saw.
type Result struct {
	Reproduced bool   `json:"reproduced"`
	Attempts   int    `json:"attempts"`
	Hits       int    `json:"hits"` // attempts that failed in the same way
	Diverged   string `json:"diverged,omitempty"`
	// Recorded says that the store recovered what the saved run had left on its disk, as with several clients. Nothing was written anew, so
	// a store that no longer writes that still fails here.
	Recorded bool              `json:"recorded,omitempty"`
	Finding  *evidence.Finding `json:"finding,omitempty"` // as seen now
	Program  string            `json:"-"`                 // how to call what made the result, for lines to paste
}

// Options says how to replay.
type Options struct {
	Attempts int           // how often to try; 0: once
	For      time.Duration // how long to go on trying; what has begun then is cut short; 0: no limit
	Dir      string        // where saved findings lie: a token found there replays from its evidence
	Patience time.Duration // how long the engine may take over one operation or one recovery; 0: 30 s
	// ID is that of the finding, for Rerun of a token that is not found in Dir; empty: any failure counts.
	ID string
}

// Replay shows a failure again. The argument is a replay token ("LT2-...") or the path of a saved finding. A token of a
// run with one client repeats the run; one with several repeats the saved evidence of Dir if it is found there, and
// otherwise the same script on whatever schedule comes. What failed without a crash is judged again as it was saved; only
// if that does not show it, as with a panic, the script is run again.
func Replay(ctx context.Context, targets []contract.Target, tokenOrFile string, opts Options) (*Result, error) {
	r, err := within(ctx, func() (*wanted, error) { return find(targets, tokenOrFile, opts.Dir) })
	if err != nil {
		return nil, err
	}
	r.patience = cmp.Or(opts.Patience, record.DefaultPatience)
	if opts.For > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, opts.For)
		defer cancel()
	}
	result := &Result{}
	diverged := ""
	for result.Attempts < max(1, opts.Attempts) && ctx.Err() == nil {
		result.Attempts++
		seen, err := r.attempt(ctx)
		if err != nil {
			return nil, err
		}
		if diverged = seen.diverged; seen.finding != nil {
			result.Hits++
			result.Finding, result.Recorded = seen.finding, seen.recorded
		}
	}
	if result.Reproduced = result.Hits > 0; !result.Reproduced {
		result.Diverged = diverged
	}
	return result, nil
}

// wanted is the failure to see again: its place in a run, and its kind if that is known.
type wanted struct {
	target   contract.Target
	at       evidence.Place
	spec     plan.Spec
	saved    *evidence.Evidence // nil: the run is repeated
	id       string             // the ID of the finding; empty: any failure at the place counts
	file     string             // the file of the saved finding
	patience time.Duration
}

// sighting is the result of an attempt.
type sighting struct {
	finding  *evidence.Finding // nil: the failure did not show
	diverged string            // how the run diverged from its recording, if it did
	recorded bool              // on the disk that was recorded
}

// attempt makes one attempt.
func (w *wanted) attempt(ctx context.Context) (sighting, error) {
	if w.saved != nil {
		r, err := w.saved.Recording()
		if err != nil {
			return sighting{}, err
		}
		if seen := w.lookAgain(ctx, r); seen.finding != nil || w.at.Tick != 0 {
			seen.recorded = w.at.Tick != 0
			return seen, nil
		}
	}
	p, err := plan.Resolve(w.spec)
	if err != nil {
		return sighting{}, err
	}
	return w.lookAgain(ctx, w.runner()(ctx, w.target, p, w.patience)), nil
}

// runner returns what runs a script. Taking a store through many rounds takes longer than the run, and shows only what is wrong
// without a crash.
func (w *wanted) runner() func(context.Context, contract.Target, *plan.Plan, time.Duration) *record.Recording {
	if w.at.Tick == 0 {
		return record.RunAndStay
	}
	return record.Run
}

// lookAgain looks until the failure shows: once, or, if it did not show each time its image was recovered, as often as that
// was tried.
func (w *wanted) lookAgain(ctx context.Context, r *record.Recording) (seen sighting) {
	times := 1
	if w.at.Shown != w.at.ShownOf {
		times = min(w.at.ShownOf, maxLooks)
	}
	for range times {
		if seen = w.look(ctx, r); seen.finding != nil || seen.diverged != "" || ctx.Err() != nil {
			break
		}
	}
	return seen
}

// maxLooks is how often a recording is looked at in one attempt, whatever its token says.
const maxLooks = 16

// look judges a recording at the place where it failed.
func (w *wanted) look(ctx context.Context, r *record.Recording) sighting {
	s := explore.NewSubject(w.target, r, w.patience)
	if w.at.Beforehand {
		s.Looks.Stray()
	}
	var failures []explore.Failure
	switch {
	case w.at.Tick == 0:
		failures = explore.LiveFailures(s.Judges.Live(ctx).Problems)
	case !slices.Contains(r.CrashTicks(), w.at.Tick):
		return sighting{diverged: fmt.Sprintf("the run took another course: it changes nothing on the disk at tick %d", w.at.Tick)}
	default:
		failures = w.crash(ctx, s).Failures
	}
	for i := range failures {
		if f := &failures[i]; w.matches(f) {
			finding := evidence.NewFinding(ctx, s, f)
			finding.File = w.file
			if w.saved != nil {
				finding.Token = w.saved.Finding.Token // it may be of another version, whose token names another run
				if saved := w.saved.Finding.Explanation; saved != nil && finding.Explanation != nil {
					finding.Explanation = saved // a saved trace does not say where in the source its calls were made
				}
			}
			return sighting{finding: &finding}
		}
	}
	return sighting{}
}

// matches reports whether a failure is the one to see again.
func (w *wanted) matches(f *explore.Failure) bool { return w.id == "" || f.HasID(w.id) }

// How often an image is recovered again, in case its recovery is not deterministic: the image of saved evidence, and others.
const (
	repeatOne = 32
	repeatAll = 2
)

// crash explores the one crash point at which it failed: the image of saved evidence, then all images, and then, since that
// may be what it takes, all images several times and many crashes in a row; if it is known that it takes many, nothing else.
// It returns the first outcome that shows the failure, or the last.
func (w *wanted) crash(ctx context.Context, s *explore.Subject) *explore.Outcome {
	all := explore.NewRequest(s)
	all.RecoveryFault, all.AuditAll = w.at.RecoveryFault, true
	all.ReopenAll = w.saved == nil || w.saved.Finding.Judge == explore.ReopeningJudge
	if w.at.Nested != 0 {
		all.Nest, all.Lives, all.NestedTick = 1, explore.MaxImages, w.at.Nested
	}
	all.Ticks = [][]uint64{{w.at.Tick}}
	requests := []explore.Request{all}
	if w.saved != nil {
		one := all
		one.Repeat = repeatOne
		one.Only = &explore.Image{Leaf: w.saved.Leaf, Picks: w.saved.Picks, Nested: w.saved.Nested}
		one.Way = w.saved.Way()
		requests = []explore.Request{one, all}
	}
	if w.at.Beforehand {
		other := all
		other.AnyCall()
		requests = append(requests, other)
	}
	again := all
	again.Repeat = repeatAll
	endless := all
	endless.Ticks, endless.Endless = nil, w.at.Tick
	requests = append(requests, again, endless)
	if w.at.Crashes > 0 {
		requests = []explore.Request{endless}
	}
	var found *explore.Outcome
	for _, req := range requests {
		if found = explore.Explore(ctx, req); w.sees(found) {
			break
		}
	}
	return found
}

// sees reports whether an outcome has the failure.
func (w *wanted) sees(found *explore.Outcome) bool {
	return slices.ContainsFunc(found.Failures, func(f explore.Failure) bool { return w.matches(&f) })
}
