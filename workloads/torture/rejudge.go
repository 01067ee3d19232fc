package torture

import (
	"context"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// Rejudged is what today's judges say of saved evidence.
type Rejudged struct {
	File       string              `json:"file"`
	Verdict    checker.Verdict     `json:"verdict"` // Inconclusive if only the engine can tell: then replay it
	Reason     string              `json:"reason,omitempty"`
	Violations []checker.Violation `json:"violations,omitempty"`
	Program    string              `json:"-"` // as in Provenance
}

// Rejudge judges a saved finding again, from the history and the recovered state in its evidence. No engine is run; of
// targets, the one that the evidence is of says what was promised. The error is ErrBadToken if the file is no evidence.
func Rejudge(ctx context.Context, targets []Target, file string) (*Rejudged, error) {
	target, r, err := fromFile(targets, file)
	if err != nil {
		return nil, err
	}
	rec, err := r.saved.recording()
	if err != nil {
		return nil, err
	}
	again := &Rejudged{File: file, Verdict: checker.Pass}
	switch {
	case r.at.tick == 0:
		for _, reason := range rec.judgeLive(ctx, target.Promises) {
			again.Verdict, again.Reason = checker.Inconclusive, reason
		}
		again.reject(rec.problems)
		if again.Verdict == checker.Pass && !standsInHistory(r.saved.Finding.Class) {
			again.Verdict, again.Reason = checker.Inconclusive, r.saved.Finding.Class+": that leaves no evidence which could be judged"
		}
	case r.saved.Recovered == nil:
		again.Verdict, again.Reason = checker.Inconclusive, "what is wrong is what the engine does with the disk"
	default:
		result := rejudgeState(rec, target, r.saved)
		again.Verdict, again.Reason = result.Verdict, result.Reason
		again.reject(result.Violations)
	}
	return again, nil
}

// standsInHistory reports whether what is wrong in a run without a crash can be seen in what the clients called and got: not
// a panic or a hang, nor an error of opening or closing the store.
func standsInHistory(class string) bool {
	return class != "panic" && class != "hang" && class != "unexpected error"
}

func (r *Rejudged) reject(violations []checker.Violation) {
	if len(violations) > 0 {
		r.Verdict, r.Reason, r.Violations = checker.Fail, "", violations
	}
}

// rejudgeState judges the state that a store recovered to.
func rejudgeState(rec *recording, target Target, v *evidence) checker.Result {
	w := newWorker(newExploration(rec, target), &progress{})
	for _, pair := range *v.Recovered {
		w.prober.state.Append(pair.Key, pair.Value)
	}
	cuts := newCuts(rec.trace, rec.history)
	cut := cuts.at(v.Finding.CrashTick)
	point := faultfs.NewTimeline(faultfs.Recorded(rec.trace), rec.plan.model, 0).Advance(v.Finding.CrashTick)
	j := job{point: point, cut: cut, bounds: cuts.bounds(cut), draw: v.Finding.CrashTick}
	return w.judges(way{job: &j, leaf: v.Leaf, rot: v.Rot})
}
