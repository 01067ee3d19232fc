package torture

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// ReplayResult is what Replay saw.
type ReplayResult struct {
	Reproduced bool     `json:"reproduced"`
	Attempts   int      `json:"attempts"`
	Hits       int      `json:"hits"` // attempts that failed in the same way
	Diverged   string   `json:"diverged,omitempty"`
	Finding    *Finding `json:"finding,omitempty"` // as seen now
	Program    string   `json:"-"`                 // as in Provenance
}

// ReplayOptions says how to replay.
type ReplayOptions struct {
	Attempts int           // how often to try; 0: once
	Dir      string        // where saved findings lie: a token found there replays from its evidence
	Patience time.Duration // as in Options
}

// Replay shows a failure again. The argument is a replay token ("LT1-...") or the path of a saved finding. A token of a
// run with one client repeats the run; one with several repeats the saved evidence of Dir where it finds it there, and
// otherwise the same script on whatever schedule comes. What failed without a crash is judged again as it was saved; only
// if that does not show it, as with a panic, the script is run again.
func Replay(ctx context.Context, targets []Target, tokenOrFile string, opts ReplayOptions) (*ReplayResult, error) {
	target, again, err := replayer(targets, tokenOrFile, opts)
	if err != nil {
		return nil, err
	}
	again.patience = cmp.Or(opts.Patience, defaultPatience)
	result := &ReplayResult{}
	for result.Attempts < max(1, opts.Attempts) && ctx.Err() == nil {
		result.Attempts++
		f, err := again.once(ctx, target)
		switch {
		case err != nil:
			return nil, err
		case f != nil:
			result.Hits++
			result.Finding = f
		}
	}
	result.Reproduced = result.Hits > 0
	if !result.Reproduced {
		result.Diverged = again.diverged
	}
	return result, nil
}

// replay is a failure to be seen again: at a place of a run, of a certain kind if that is known.
type replay struct {
	at       where
	spec     spec
	saved    *evidence // nil: the run is repeated
	id       string    // of the finding; empty: any failure at the place counts
	fullPath string
	patience time.Duration
	diverged string // how the latest attempt took another course, if it did
}

func replayer(targets []Target, tokenOrFile string, opts ReplayOptions) (Target, *replay, error) {
	if !strings.HasPrefix(strings.ToUpper(tokenOrFile), tokenPrefix) {
		if _, err := os.Stat(tokenOrFile); err != nil {
			return Target{}, nil, fmt.Errorf("%w %q: neither a token (%s...) nor a file that can be read", ErrBadToken, tokenOrFile, tokenPrefix)
		}
		return fromFile(targets, tokenOrFile)
	}
	target, s, at, err := decodeToken(tokenOrFile, targets)
	if err != nil {
		return Target{}, nil, err
	}
	again := &replay{at: at, spec: s}
	if file := savedAs(opts.Dir, tokenOrFile); file != "" {
		t, saved, err := fromFile(targets, file)
		if err != nil || s.Size.Clients > 1 && (s.Keep == nil || !s.Keep.Alone) {
			return t, saved, err
		}
		again.id = saved.id
	}
	return target, again, nil
}

// savedAs returns the file of the finding that has a token, or "".
func savedAs(dir, token string) string {
	if dir == "" {
		return ""
	}
	files, err := filepath.Glob(filepath.Join(dir, "findings", "*"+evidenceExt))
	if err != nil {
		return ""
	}
	for _, file := range files {
		if v, err := loadEvidence(file); err == nil && strings.EqualFold(v.Finding.Token, strings.TrimSpace(token)) {
			return file
		}
	}
	return ""
}

func fromFile(targets []Target, file string) (Target, *replay, error) {
	v, err := loadEvidence(file)
	if err != nil {
		return Target{}, nil, err
	}
	for _, t := range targets {
		if t.Name == v.Engine {
			at := where{tick: v.Finding.CrashTick, nested: v.Finding.NestedTick}
			return t, &replay{at: at, spec: v.Spec, saved: v, id: v.Finding.ID, fullPath: file}, nil
		}
	}
	return Target{}, nil, fmt.Errorf("%w: %s is of engine %q, which this build does not have", ErrBadToken, file, v.Engine)
}

// once makes one attempt; it returns nil if the failure did not show.
func (r *replay) once(ctx context.Context, target Target) (*Finding, error) {
	if r.saved != nil {
		rec, err := r.saved.recording()
		if err != nil {
			return nil, err
		}
		if f := r.look(ctx, target, rec); f != nil || r.at.tick != 0 {
			return f, nil
		}
	}
	p, err := resolve(r.spec)
	if err != nil {
		return nil, err
	}
	p.patience = r.patience
	return r.look(ctx, target, record(ctx, target, p)), nil
}

// missing says that the run took another course, if it has no operation at the tick of the crash.
func (r *recording) missing(tick uint64) string {
	if slices.Contains(r.crashTicks(), tick) {
		return ""
	}
	return fmt.Sprintf("the run took another course: it changes nothing on the disk at tick %d", tick)
}

// look judges a recording where it failed, and returns the failure if it shows again.
func (r *replay) look(ctx context.Context, target Target, rec *recording) *Finding {
	rec.plan.patience = r.patience
	rec.judgeLive(ctx, target.Promises)
	e := newExploration(rec, target)
	if r.at.tick == 0 {
		for _, v := range rec.problems {
			e.failures = append(e.failures, failure{Violation: v, judge: "live", count: 1})
		}
	} else {
		if r.diverged = rec.missing(r.at.tick); r.diverged != "" {
			return nil
		}
		r.crash(ctx, e)
	}
	for _, f := range e.failures {
		if !r.wants(&f) {
			continue
		}
		all := newFindings()
		all.add(ctx, e, target.Name, f)
		found := all.byID[all.ids[0]].Finding
		found.File = r.fullPath
		return &found
	}
	return nil
}

// wants reports whether a failure is the one that is to be seen again.
func (r *replay) wants(f *failure) bool { return r.id == "" || fingerprint(f) == r.id }

// crash explores the one crash point at which it failed. Of saved evidence it recovers the very image first: what is asked of
// the disk, and in which order, may differ in a later version, and with it which images are drawn.
func (r *replay) crash(ctx context.Context, e *exploration) {
	if r.at.nested != 0 {
		e.plan.nest, e.plan.lives, e.nested = 1, maxImages, r.at.nested
	}
	e.ticks = [][]uint64{{r.at.tick}}
	if r.saved != nil {
		e.only = &decided{r.saved.Leaf, r.saved.Picks, r.saved.Nested}
		e.explore(ctx, 1, &progress{})
		e.only = nil
	}
	if !r.seen(e) {
		e.explore(ctx, 1, &progress{})
	}
	if !r.seen(e) { // it may take many crashes in a row
		e.ticks, e.endless = nil, r.at.tick
		e.explore(ctx, 1, &progress{})
	}
}

// seen reports whether an exploration has found the failure.
func (r *replay) seen(e *exploration) bool {
	return slices.ContainsFunc(e.failures, func(f failure) bool { return r.wants(&f) })
}
