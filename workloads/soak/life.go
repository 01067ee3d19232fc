package soak

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/lightningdb/lightning-torture/workloads/soak/endless"
	"github.com/lightningdb/lightning-torture/workloads/soak/lap"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/soak/supervisor"
)

// If the process of the long-lived store dies deathsALife times before it completes a stretch, it starts over with an
// empty store. After deathsAtAll deaths it gives up.
const (
	deathsALife = 3
	deathsAtAll = 9
	wrongLives  = 3 // per start: more would not tell anything new about an engine that fails each time
)

// living runs the long-lived store in its own child, alongside the laps. With several shards, only the first has one.
func (s *Soak) living(ctx context.Context) error {
	if s.spec.LifeBytes == 0 || s.opts.Shard.Index > 1 || !endless.Possible(&s.target) {
		return nil
	}
	number, wrong := s.nextLife(), 0
	for deaths := 0; ctx.Err() == nil && deaths < deathsAtAll && wrong < wrongLives; {
		job := s.job()
		job.Life = &lap.Life{Life: number, File: filepath.Join(s.opts.Dir, lifeFile(number))}
		s.forget(lifeProcess)
		over := false
		end := supervisor.Run(ctx, s.child(lifeProcess, job, func(m lap.Message) error {
			if m.Life == nil {
				return nil
			}
			deaths, over = 0, m.Life.Finding != nil
			return s.lived(m.Life)
		}))
		switch end.Why {
		case supervisor.Canceled:
			return nil
		case supervisor.Failed:
			return host(end.Err)
		case supervisor.Finished:
		case supervisor.Memory, supervisor.Stuck, supervisor.ByEngine, supervisor.ByOthers:
			if err := s.lifeDied(number, end); err != nil {
				return err
			}
		}
		if over {
			wrong++
		}
		if deaths++; over || deaths%deathsALife == 0 {
			number++
		}
	}
	if ctx.Err() == nil {
		s.opts.Log("the long-lived store stops until the next start of the soak: several stores in a row have broken a promise or ended their process")
	}
	return nil
}

// nextLife returns the number of the store to continue with: the last one or, if that broke a promise, the one after
// it.
func (s *Soak) nextLife() (number int) {
	s.book(func(b *ledger.Book) {
		if number = max(0, b.Life.Lives-1); b.Life.Last.Finding != nil {
			number++
		}
	})
	return number
}

func lifeFile(number int) string { return fmt.Sprintf("life-%d.snapshot", number) }

// lived records a stretch. If the store broke a promise, the snapshot from before the stretch is kept as evidence.
func (s *Soak) lived(l *ledger.Life) error {
	before := s.states()
	if f := l.Finding; f != nil {
		f.ID, f.File = supervisor.Signature(f.Judge, f.Class), lifeFile(l.Life)
	}
	if err := s.add(&ledger.Event{Life: l}); err != nil {
		return err
	}
	s.announce(before)
	return nil
}

// lifeDied records the death of the process of the long-lived store. It is a finding unless the process was killed
// from outside.
func (s *Soak) lifeDied(number int, end supervisor.End) error {
	before := s.states()
	d := &ledger.Death{Process: lifeProcess, Cause: end.Sentence, Finding: end.Sighting(lifeProcess, "the long-lived store")}
	s.book(func(b *ledger.Book) { d.Lap = b.Next() })
	if end.Why == supervisor.ByEngine {
		_, function := end.Death.Cause()
		d.Finding = &ledger.Sighting{
			ID: supervisor.Signature("process", "death", function), Judge: lap.LifeJudge, Class: "death", File: lifeFile(number), Count: 1,
			Sentence: fmt.Sprintf("the engine ended the process of the long-lived store, in %s: %s", function, firstLine(end.Death.Output)),
		}
	}
	if err := s.add(&ledger.Event{Death: d}); err != nil {
		return err
	}
	s.announce(before)
	return nil
}
