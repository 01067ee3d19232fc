package soak

import (
	"context"
	"fmt"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/soak/lap"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/soak/postmortem"
	"github.com/lightningdb/lightning-torture/workloads/soak/supervisor"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// ended records what follows from the end of a lap's child: nothing, a death, a lost cell, or the end of the soak.
func (s *Soak) ended(ctx context.Context, r *lapRun, end supervisor.End, unlucky int) error {
	switch end.Why {
	case supervisor.Finished:
		if r.counted == 0 && r.todo > 0 {
			return fmt.Errorf("%w: a child ended without having done anything", torture.ErrHost)
		}
		return nil
	case supervisor.Canceled:
		return nil
	case supervisor.Failed:
		return host(end.Err)
	case supervisor.ByOthers:
		if unlucky < postmortem.MaxUnlucky || r.at == nil {
			s.opts.Log("a child was ended from outside; its cell is repeated")
			return s.add(&ledger.Event{Death: &ledger.Death{Process: lapProcess, Lap: r.lap, Cause: end.Sentence}})
		}
	case supervisor.Memory, supervisor.Stuck, supervisor.ByEngine:
	}
	examiner := postmortem.Examiner{Target: s.target, Replay: s.replayChild}
	sighting, err := examiner.Sighting(ctx, end, lapProcess, r.doing())
	if err != nil || ctx.Err() != nil {
		return err
	}
	if err := s.add(&ledger.Event{Death: &ledger.Death{Process: lapProcess, Lap: r.lap, Cause: end.Sentence}}); err != nil {
		return err
	}
	if r.at == nil {
		return fmt.Errorf("%w: a child ended before its first cell: %s", torture.ErrHost, end.Sentence)
	}
	return s.count(postmortem.Lost(&s.spec, r.lap, r.at, end, sighting))
}

func (r *lapRun) doing() string {
	if r.at == nil {
		return "the canary"
	}
	return r.at.Workload + " × " + r.at.Fault
}

// firstLine returns the first line that a process printed.
func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// replayChild returns a child that replays findings and whose messages are dropped.
func (s *Soak) replayChild(replays ...lap.Replay) supervisor.Child {
	job := s.job()
	job.Replays = replays
	return s.child(replayProcess, job, func(lap.Message) error { return nil })
}
