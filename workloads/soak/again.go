package soak

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/lightningdb/lightning-torture/workloads/soak/lap"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/soak/supervisor"
)

// replays replays every finding that can be replayed, each in a child of its own, because some findings kill their
// process.
func (s *Soak) replays(ctx context.Context) error {
	var all []ledger.Finding
	s.book(func(b *ledger.Book) { all = b.Findings() })
	for i := range all {
		if ctx.Err() != nil {
			break
		}
		r, can := s.replayable(&all[i])
		if !can {
			continue
		}
		s.say("replay of %s", r.ID)
		if err := s.replay(ctx, r); err != nil {
			return err
		}
	}
	return nil //nolint:nilerr // the caller sees that ctx is done
}

// replayable returns how to replay a finding: from its evidence, its token, or the snapshot of a life. It returns false if the
// finding has none of these.
func (s *Soak) replayable(f *ledger.Finding) (r lap.Replay, can bool) {
	r = lap.Replay{ID: f.ID, What: f.Token, Attempts: ledger.ReplaysToResolve}
	file := filepath.Join(s.opts.Dir, f.File)
	if f.Judge == lap.LifeJudge {
		r.Life = &lap.Life{File: file}
		_, err := fmt.Sscanf(f.File, "life-%d.snapshot", &r.Life.Life)
		return r, err == nil
	}
	if _, err := os.Stat(file); err == nil && f.File != "" {
		r.What = file
	}
	return r, r.What != ""
}

// replay replays one finding in a child.
func (s *Soak) replay(ctx context.Context, r lap.Replay) error {
	before := s.states()
	told := (*ledger.Replay)(nil)
	job := s.job()
	job.Replays = []lap.Replay{r}
	end := supervisor.Run(ctx, s.child(replayProcess, job, func(m lap.Message) error {
		if m.Replay != nil {
			told = m.Replay
		}
		return nil
	}))
	switch end.Why {
	case supervisor.Canceled:
		return nil
	case supervisor.Failed:
		return host(end.Err)
	case supervisor.Memory, supervisor.Stuck, supervisor.ByEngine:
		told = &ledger.Replay{ID: r.ID, Attempts: 1, Hits: 1}
		if f := s.finding(r.ID); f.Judge != "process" && f.Class != "death" {
			told.Hits, told.Attempts, told.Reason = 0, 0, "the process of the replay ended: "+end.Sentence
		}
	case supervisor.ByOthers:
		told = &ledger.Replay{ID: r.ID, Reason: end.Sentence}
	case supervisor.Finished:
	}
	if told == nil {
		told = &ledger.Replay{ID: r.ID, Reason: "the process of the replay reported nothing"}
	}
	told.Build = s.opts.Build
	if err := s.add(&ledger.Event{Replay: told}); err != nil {
		return err
	}
	s.announce(before)
	return nil
}

// finding returns a finding by its ID.
func (s *Soak) finding(id string) (found ledger.Finding) {
	s.book(func(b *ledger.Book) {
		for _, f := range b.Findings() {
			if f.ID == id {
				found = f
			}
		}
	})
	return found
}
