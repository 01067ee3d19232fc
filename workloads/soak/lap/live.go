package lap

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/endless"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
)

// live runs stretches of the long-lived store until ctx is done or the store breaks a promise.
func (w *Worker) live(ctx context.Context) error {
	if w.Job.Life == nil {
		return nil
	}
	l, err := w.load(w.Job.Life)
	if err != nil {
		return err
	}
	w.life.Store(l)
	debug.SetGCPercent(lifeGC)
	for ctx.Err() == nil {
		if err := w.Tell.Tell(Message{Begin: &Begin{What: "life"}}); err != nil {
			return err
		}
		began := time.Now()
		s, err := l.Next(ctx)
		told := lifeOf(&s)
		told.Life, told.Seconds = w.Job.Life.Life, time.Since(began).Seconds()
		wrong := (*endless.Violation)(nil)
		if ctx.Err() != nil {
			break
		}
		switch {
		case errors.As(err, &wrong):
			told.Finding = &ledger.Sighting{Judge: LifeJudge, Class: wrong.Class, Sentence: wrong.Sentence, Count: 1}
			return w.Tell.Tell(Message{Life: told})
		case err != nil:
			return err
		}
		w.setExtra(&s, told)
		if err := w.Tell.Tell(Message{Life: told}); err != nil {
			return err
		}
		if err := l.Save(); err != nil {
			return err
		}
	}
	return nil //nolint:nilerr // the caller sees that ctx is done
}

// lifeGC is GOGC in the process of the long-lived store, whose memory is measured and whose speed does not
// matter.
const lifeGC = 100

// LifeJudge is the judge of findings in the long-lived store.
const LifeJudge = "life"

// load returns the store from its snapshot, or a new one.
func (w *Worker) load(j *Life) (*endless.Life, error) {
	const lives = 1 << 32 // keeps the seeds of lives apart from those of laps
	return endless.Load(w.target, campaign.Seed(w.Job.Spec.Seed, lives+j.Life), w.Job.Spec.LifeBytes, j.File)
}

func lifeOf(s *endless.Stretch) *ledger.Life {
	return &ledger.Life{
		Stretch: s.Number, Cuts: s.Cuts, Ops: s.Ops, Commits: s.Commits, Keys: s.Keys, LiveBytes: s.LiveBytes, DiskBytes: s.DiskBytes, Files: s.Files,
		LostBytes: s.LostBytes,
	}
}

// setExtra sets the figures that the long-lived store adds to those of this process.
func (w *Worker) setExtra(s *endless.Stretch, told *ledger.Life) {
	f := map[string]float64{"stretch": float64(told.Stretch), "files": float64(told.Files), "disk_bytes": float64(told.DiskBytes)}
	if told.LiveBytes > 0 {
		f["amplification"] = float64(told.DiskBytes) / float64(told.LiveBytes)
	}
	for name, value := range s.Gauges {
		f["engine."+name] = value
	}
	w.extra.Store(&f)
}

// liveAgain repeats the last stretch of a store that broke a promise and reports whether it breaks one again.
func (w *Worker) liveAgain(ctx context.Context, j *Life) (wrong bool, err error) {
	l, err := w.load(j)
	if err != nil {
		return false, err
	}
	_, err = l.Next(ctx)
	if v := (*endless.Violation)(nil); errors.As(err, &v) {
		return true, nil
	}
	return false, errors.Join(err, l.Close())
}
