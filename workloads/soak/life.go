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

// A process of the life that ends too often without a stretch begins with another store, and at last with none.
const (
	deathsALife = 3
	deathsAtAll = 9
	wrongLives  = 3 // in a start: an engine that is wrong each time need not show it more often
)

// living lets the store live on that lives for the whole soak, in a child of its own beside the laps. Of several shards the first
// one has it.
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
			if err := s.diedAlive(number, end); err != nil {
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
		s.opts.Log("the endless life is given up until the next start: the stores are wrong, or end their process")
	}
	return nil
}

// nextLife returns the number of the store that lives on: the last one, unless it was wrong.
func (s *Soak) nextLife() (number int) {
	s.book(func(b *ledger.Book) {
		if number = max(0, b.Life.Lives-1); b.Life.Last.Finding != nil {
			number++
		}
	})
	return number
}

func lifeFile(number int) string { return fmt.Sprintf("life-%d.snapshot", number) }

// lived counts a stretch. What was wrong with the store keeps the snapshot from before, as evidence.
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

// diedAlive keeps that a process of the life ended before its time. Unless others ended it, that is a finding.
func (s *Soak) diedAlive(number int, end supervisor.End) error {
	before := s.states()
	d := &ledger.Death{Process: lifeProcess, Cause: end.Sentence, Finding: end.Sighting(lifeProcess, "the endless life")}
	s.book(func(b *ledger.Book) { d.Lap = b.Next() })
	if end.Why == supervisor.ByEngine {
		_, function := end.Death.Cause()
		d.Finding = &ledger.Sighting{
			ID: supervisor.Signature("process", "death", function), Judge: lap.LifeJudge, Class: "death", File: lifeFile(number), Count: 1,
			Sentence: fmt.Sprintf("the engine ended the process of the endless life, in %s: %s", function, firstLine(end.Death.Output)),
		}
	}
	if err := s.add(&ledger.Event{Death: d}); err != nil {
		return err
	}
	s.announce(before)
	return nil
}
