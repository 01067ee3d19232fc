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

// Result is the outcome of a replay.
type Result struct {
	Reproduced bool `json:"reproduced"`
	Attempts   int  `json:"attempts"`
	Hits       int  `json:"hits"` // attempts that failed in the same way
	// Enough says why there were fewer attempts than asked for; empty: there were not, or the time was over.
	Enough   string `json:"enough,omitempty"`
	Diverged string `json:"diverged,omitempty"`
	// Recorded says that the store recovered the disk that the saved run had left, as with several clients. The disk
	// was not written anew, so this fails even if the store no longer writes such a disk.
	Recorded bool              `json:"recorded,omitempty"`
	Finding  *evidence.Finding `json:"finding,omitempty"` // as seen now
	Program  string            `json:"-"`                 // the command that lines to paste should call
}

// Options says how to replay.
type Options struct {
	Attempts int           // number of attempts; 0: 1; fewer are made if each has to wait for a call that does not return
	For      time.Duration // time limit; the attempt in progress is then cut short; 0: no limit
	Dir      string        // directory of saved findings; a token found there replays from its evidence
	Patience time.Duration // how long the engine may take over one operation or one recovery; 0: 30 s
	waitMost time.Duration // 0: the constant waitMost
	// ID is the ID of the finding, for Rerun of a token that is not found in Dir; if empty, any failure counts.
	ID string
}

// Replay reproduces a failure. tokenOrFile is a replay token ("LT2-...") or the path of a saved finding. A token of a
// run with one client repeats the run. A token of a run with several clients repeats the evidence saved in opts.Dir if
// it is there; otherwise the script runs again, on whatever schedule occurs. If goroutines of the engine changed the
// disk, the saved evidence is repeated when the run does not show the failure. A failure without a crash is judged
// again from what was saved. Only if that does not show the failure, as with a panic, does its script run again.
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
		if result.enough(&opts, r.patience) {
			break
		}
	}
	if result.Reproduced = result.Hits > 0; !result.Reproduced {
		result.Diverged = diverged
	}
	return result, nil
}

// waitMost is how long a replay with many attempts waits in all for calls that do not return.
const waitMost = time.Minute

// enough reports whether further attempts are not worth their time: a hang takes the whole patience each time, so there are only
// as many attempts as fit into waitMost, but at least two.
func (r *Result) enough(opts *Options, patience time.Duration) bool {
	if r.Finding == nil || r.Finding.Class != "hang" || r.Attempts >= opts.Attempts || r.Attempts < max(2, int(cmp.Or(opts.waitMost, waitMost)/patience)) {
		return false
	}
	r.Enough = fmt.Sprintf("%d of %d attempts were made, because each waits %v for a call that does not return", r.Attempts, opts.Attempts, patience)
	return true
}

// wanted is the failure to reproduce: its place in a run, and its kind if known.
type wanted struct {
	target   contract.Target
	at       evidence.Place
	spec     plan.Spec
	saved    *evidence.Evidence // nil: the run is repeated
	id       string             // the ID of the finding; empty: any failure at the place counts
	file     string             // the file of the saved finding
	patience time.Duration
	// otherwise is tried if the run, repeated, does not show the failure: goroutines of the engine may have done
	// something at another time.
	otherwise *wanted
}

// sighting is the outcome of an attempt.
type sighting struct {
	finding  *evidence.Finding // nil: not reproduced
	diverged string            // how the run diverged from its token; empty: it did not
	recorded bool              // recovered from the disk that was recorded
}

// attempt makes one attempt to reproduce the failure.
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
	seen := w.lookAgain(ctx, w.runner()(ctx, w.target, p, w.patience))
	if seen.finding == nil && w.otherwise != nil {
		w.otherwise.patience = w.patience
		return w.otherwise.attempt(ctx)
	}
	return seen, nil
}

// runner returns the function that runs a script. Taking a store through many rounds takes longer than the run itself
// and shows only failures without a crash, so it is done only for those.
func (w *wanted) runner() func(context.Context, contract.Target, *plan.Plan, time.Duration) *record.Recording {
	if w.at.Tick == 0 {
		return record.RunAndStay
	}
	return record.Run
}

// lookAgain looks once for the failure, or, if it did not show each time its image was recovered, as often as that was
// tried.
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

// maxLooks bounds how often one attempt looks at a recording, whatever its token says.
const maxLooks = 16

// look judges a recording at the place where the failure occurred.
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
	f := w.choose(failures)
	if f == nil {
		return sighting{}
	}
	finding := evidence.NewFinding(ctx, s, f)
	finding.File = w.file
	if w.id != "" {
		finding.ID = w.id // a later version may compute IDs differently
	}
	if w.saved != nil {
		finding.Token = w.saved.Finding.Token // the token may be of another version, so that today's token would name another run
		if saved := w.saved.Finding.Explanation; saved != nil && finding.Explanation != nil {
			finding.Explanation = saved // a saved trace lacks the places in the source that made its calls
		}
	}
	return sighting{finding: &finding}
}

// choose returns the failure to report, or nil if the wanted one is not among them. A token names a place but no failure,
// and one crash point may fail in several ways; then a failure at that very place comes first, and what only an audit
// sees comes last.
func (w *wanted) choose(failures []explore.Failure) *explore.Failure {
	var best *explore.Failure
	for i := range failures {
		f := &failures[i]
		if w.matches(f) && (best == nil || w.distance(f) < w.distance(best)) {
			best = f
		}
	}
	return best
}

// distance says how far a failure is from the place of the wanted one.
func (w *wanted) distance(f *explore.Failure) int {
	d := 0
	if f.Judge == explore.AuditJudge {
		d++
	}
	if nested := f.Nested; (nested == nil) != (w.at.Nested == 0) || nested != nil && nested.Tick != w.at.Nested {
		d += 2
	}
	return d
}

// matches reports whether a failure is the wanted one.
func (w *wanted) matches(f *explore.Failure) bool { return w.id == "" || f.HasID(w.id) }

// How often an image is recovered again, in case recovery is not deterministic: the image of the saved evidence, and
// all others.
const (
	repeatOne = 32
	repeatAll = 2
)

// crash explores the crash point of the failure until it shows. It returns the first outcome that shows the failure, or else
// the last one.
func (w *wanted) crash(ctx context.Context, s *explore.Subject) *explore.Outcome {
	var found *explore.Outcome
	for _, req := range w.requests(s) {
		if found = explore.Explore(ctx, req); w.sees(found) {
			break
		}
	}
	return found
}

// requests returns what to explore until the failure shows: first the image of the saved evidence, then all images, and then
// all images several times plus many crashes in a row, since that may be what the failure takes. If it is known to take many
// crashes, nothing else is tried.
func (w *wanted) requests(s *explore.Subject) []explore.Request {
	all := explore.NewRequest(s)
	all.RecoveryFault, all.AuditAll = w.at.RecoveryFault, true
	all.ReopenAll = w.saved == nil || w.saved.Finding.Judge == explore.ReopeningJudge
	if w.at.Nested != 0 {
		all.Nest, all.Lives, all.NestedTick = 1, explore.MaxImages, w.at.Nested
	}
	all.Ticks = [][]uint64{{w.at.Tick}}
	endless := all
	endless.Ticks, endless.Endless = nil, w.at.Tick
	if w.at.Crashes > 0 {
		return []explore.Request{endless}
	}
	var requests []explore.Request
	if w.saved != nil {
		one := all
		one.Repeat = repeatOne
		one.Only = &explore.Image{Leaf: w.saved.Leaf, Picks: w.saved.Picks, Nested: w.saved.Nested}
		one.Way = w.saved.Way()
		requests = append(requests, one)
	}
	requests = append(requests, all)
	if w.at.Beforehand {
		other := all
		other.AnyCall()
		requests = append(requests, other)
	}
	again := all
	again.Repeat = repeatAll
	return append(requests, again, endless)
}

// sees reports whether an outcome contains the failure.
func (w *wanted) sees(found *explore.Outcome) bool {
	return slices.ContainsFunc(found.Failures, func(f explore.Failure) bool { return w.matches(&f) })
}
