package replay

import (
	"context"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/judge"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// Rejudged is the verdict of today's judges on saved evidence.
type Rejudged struct {
	File       string              `json:"file"`
	Verdict    checker.Verdict     `json:"verdict"` // Inconclusive if only the engine can tell; then replay the finding
	Reason     string              `json:"reason,omitempty"`
	Violations []checker.Violation `json:"violations,omitempty"`
	Program    string              `json:"-"` // the command that lines to paste should call
}

// Rejudge judges a saved finding again, from the history and the recovered state in its evidence. It runs no engine;
// the promises are those of the target that the evidence names. The error is ErrBadToken if the file is not evidence.
func Rejudge(ctx context.Context, targets []contract.Target, file string) (*Rejudged, error) {
	return within(ctx, func() (*Rejudged, error) { return rejudge(ctx, targets, file) })
}

func rejudge(ctx context.Context, targets []contract.Target, file string) (*Rejudged, error) {
	w, err := fromFile(targets, file)
	if err != nil {
		return nil, err
	}
	r, err := w.saved.Recording()
	if err != nil {
		return nil, err
	}
	judges := judge.New(w.target, r)
	again := &Rejudged{File: file, Verdict: checker.Pass}
	switch {
	case w.at.Tick == 0:
		again.live(judges.Live(ctx), w.saved.Finding.Class)
	case w.saved.Recovered == nil:
		again.Verdict, again.Reason = checker.Inconclusive, "the failure is in what the engine does with the disk"
	default:
		result := stateAgain(ctx, judges, r, &w.target, w.saved)
		again.Verdict, again.Reason = result.Verdict, result.Reason
		again.reject(result.Violations)
	}
	return again, nil
}

// live judges a run again that failed without a crash, looking for a violation of the given class.
func (r *Rejudged) live(found judge.Live, class string) {
	for _, reason := range found.Unclear {
		r.Verdict, r.Reason = checker.Inconclusive, reason
	}
	r.reject(found.Problems)
	if r.Verdict == checker.Pass && !judge.SeenInHistory(class) {
		r.Verdict, r.Reason = checker.Inconclusive, class+": this leaves no evidence that could be judged"
	}
}

func (r *Rejudged) reject(violations []checker.Violation) {
	if len(violations) > 0 {
		r.Verdict, r.Reason, r.Violations = checker.Fail, "", violations
	}
}

// stateAgain judges the recovered state again.
func stateAgain(ctx context.Context, judges *judge.Judges, r *record.Recording, target *contract.Target, v *evidence.Evidence) checker.Result {
	state := &history.State{}
	for _, pair := range *v.Recovered {
		state.Append(pair.Key, pair.Value)
	}
	tick := v.Finding.CrashTick
	crash := judge.Crash{
		Tick: tick, Cut: record.NewCuts(r.Trace, r.History).At(tick), Damage: v.Rot, Draw: tick, Leaf: v.Leaf,
	}
	return judges.State(ctx, crash, state, r.Plan.Fault.Rule(target.Promises)).Result
}
