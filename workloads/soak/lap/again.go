package lap

import (
	"context"

	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// replays replays the findings of the job. One that cannot be replayed is reported with the reason.
func (w *Worker) replays(ctx context.Context) error {
	for _, r := range w.Job.Replays {
		if err := w.Tell.Tell(Message{Begin: &Begin{What: "replay of " + r.ID, ID: r.ID}}); err != nil {
			return err
		}
		told := &ledger.Replay{ID: r.ID}
		err := w.replay(ctx, &r, told)
		if ctx.Err() != nil {
			break
		}
		if err != nil {
			told.Reason = err.Error()
		}
		w.work.Add(1)
		if err := w.Tell.Tell(Message{Replay: told}); err != nil {
			return err
		}
	}
	return nil //nolint:nilerr // the caller sees that ctx is done
}

// replay replays a finding and counts the attempts that show it.
func (w *Worker) replay(ctx context.Context, r *Replay, told *ledger.Replay) error {
	if w.subject != nil {
		t := w.task()
		t.Finding = r.What
		return w.subject.Again(ctx, t, r.Attempts, told)
	}
	if r.Life == nil {
		result, err := torture.Rerun(ctx, w.Targets, r.What, torture.ReplayOptions{Attempts: r.Attempts, ID: r.ID})
		if err == nil {
			told.Attempts, told.Hits = result.Attempts, result.Hits
		}
		return err
	}
	for range r.Attempts {
		wrong, err := w.liveAgain(ctx, r.Life)
		if err != nil {
			return err
		}
		told.Attempts++
		if wrong {
			told.Hits++
		}
	}
	return nil
}
