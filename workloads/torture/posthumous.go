package torture

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/torture/apart"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// AfterDeath returns the finding of a process that died in a run. again repeats the run of a token in a separate
// process and returns how that process died, or nil if it did not. If several crash points were being explored,
// AfterDeath repeats one after the other while there is time left for findings, and attributes the death to the first
// that dies again. The finding is nil if the engine stopped as promised. The error is ErrHost if the engine is not to
// blame.
func AfterDeath(
	ctx context.Context, targets []Target, opts Options, d *apart.Death, again func(ctx context.Context, token string) *apart.Death,
) (*Finding, error) {
	if err := innocent(d); err != nil {
		return nil, err
	}
	if len(d.Tokens) > 0 && stopsAsPromised(targets, d.Tokens[0]) {
		return nil, nil //nolint:nilnil // nothing to report
	}
	left := newAllowance(opts.For)
	for _, token := range d.Tokens {
		var second *apart.Death
		left.spend(ctx, func(ctx context.Context) {
			if ctx.Err() == nil {
				second = again(ctx, token)
			}
		})
		if second != nil && second.OfEngine() {
			return evidence.DiedOf(targets, token, second)
		}
	}
	if len(d.Tokens) == 0 {
		return nil, fmt.Errorf("%w: the engine ended the process before the first run began: %s", ErrHost, d.Output+d.Log)
	}
	f, err := evidence.DiedOf(targets, d.Tokens[0], d)
	if err == nil {
		f.Sentence += "; replays of the run did not reproduce it"
	}
	return f, err
}

// stopsAsPromised reports whether the engine may stop on a disk error and may have met one: the token is that of a run,
// not of a recovery, and the disk of that run may report errors.
func stopsAsPromised(targets []Target, token string) bool {
	target, s, at, err := evidence.DecodeToken(token, targets)
	if err != nil || at.Tick != 0 || !target.Promises.StopsOnError {
		return false
	}
	fault, err := plan.FaultNamed(s.Fault)
	return err == nil && fault.Errors
}

// AfterReplay returns the finding of a process that died during a replay. It is nil if a file was replayed, which does
// not say what was in progress. The error is ErrHost if the engine is not to blame.
func AfterReplay(targets []Target, tokenOrFile string, d *apart.Death) (*Finding, error) {
	if err := innocent(d); err != nil {
		return nil, err
	}
	f, err := evidence.DiedOf(targets, tokenOrFile, d)
	if err != nil {
		return nil, nil //nolint:nilerr,nilnil // not a token
	}
	return f, nil
}

// DeathReplays is how often the run of a token is repeated to see whether it ends the process again.
const DeathReplays = 5

// innocent returns an ErrHost if the engine is not to blame for a death; nil if it is.
func innocent(d *apart.Death) error {
	switch by, function := d.Cause(); by {
	case apart.ByOthers:
		return fmt.Errorf("%w: the process that ran the engine was ended from outside, perhaps because memory ran out", ErrHost)
	case apart.ByLab:
		return fmt.Errorf("%w: the lab itself panicked, in %s: %s", ErrHost, function, d.Output)
	case apart.ByEngine:
	}
	return nil
}

// Posthumous returns the result of a run whose process died. It has the findings that the run saved since it began,
// followed by last, the finding of the death itself; last is nil if the engine stopped as promised. All figures of the
// run are lost except the time that it took. (A run with a journal keeps them, see Outlive.)
func Posthumous(target Target, opts Options, last *Finding, began time.Time, took time.Duration) (*Result, error) {
	opts = opts.withDefaults(&target)
	r := &Result{
		Version: 1, Engine: target.Name, Scenario: opts.Scenario, Seed: opts.Seed, Profile: opts.Profile, Device: opts.Device,
		ElapsedSeconds: took.Seconds(), FaultsInjected: map[string]uint64{}, Cells: []Cell{},
		Profiles: map[string]ProfileCount{}, Goals: []GoalCount{}, Verdict: checker.Fail, Provenance: provenance(),
		Reasons: []string{"The process died before it reported the figures of the run; zeros here mean unknown."},
	}
	files, err := filepath.Glob(filepath.Join(opts.Dir, "findings", "*"+evidence.Ext))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrHost, err)
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil || info.ModTime().Before(began) {
			continue // of an earlier run
		}
		if v, err := evidence.Load(file); err == nil {
			v.Finding.File = file
			r.Findings = append(r.Findings, v.Finding)
		}
	}
	switch {
	case last != nil:
		r.Findings = append(r.Findings, *last)
	case len(r.Findings) == 0:
		r.Verdict = checker.Inconclusive
		r.Reasons = append(r.Reasons, "The engine ended the process in a run in which the disk may report an error, as Promises allow "+
			"(StopsOnError). Let it call Env.Stop instead, so that the lab can continue.")
	}
	return r, nil
}
