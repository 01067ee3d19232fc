package soak

import (
	"context"
	"fmt"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/soak/lap"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/soak/supervisor"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/apart"
)

// maxUnlucky is how many children in a row may be ended from outside in one cell before the cell counts as lost: whoever kills
// them, such as a kernel without memory, would go on.
const maxUnlucky = 10

// ended draws the conclusions from the end of a child of a lap.
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
		if unlucky < maxUnlucky || r.at == nil {
			s.opts.Log("a child was ended from outside; its cell is repeated")
			return s.add(&ledger.Event{Death: &ledger.Death{Process: lapProcess, Lap: r.lap, Cause: end.Sentence}})
		}
	case supervisor.Memory, supervisor.Stuck, supervisor.ByEngine:
	}
	sighting, err := s.sighting(ctx, end, lapProcess, r.doing())
	if err != nil || ctx.Err() != nil {
		return err
	}
	if err := s.add(&ledger.Event{Death: &ledger.Death{Process: lapProcess, Lap: r.lap, Cause: end.Sentence}}); err != nil {
		return err
	}
	if r.at == nil {
		return fmt.Errorf("%w: a child ended before its first cell: %s", torture.ErrHost, end.Sentence)
	}
	lost := &ledger.Cell{
		Lap: r.lap, Cell: r.at.Cell, Workload: r.at.Workload, Fault: r.at.Fault, Seed: s.spec.Options(r.lap).Seed, Outcome: ledger.Lost,
		Reasons: []string{end.Sentence},
	}
	if sighting != nil {
		sighting.Workload, sighting.Fault = r.at.Workload, r.at.Fault
		lost.Findings = []ledger.Sighting{*sighting}
	}
	return s.count(lost)
}

func (r *lapRun) doing() string {
	if r.at == nil {
		return "the canary"
	}
	return r.at.Workload + " × " + r.at.Fault
}

// sighting returns the finding that the end of a child is; nil: the engine stopped as it promises to.
func (s *Soak) sighting(ctx context.Context, end supervisor.End, process, doing string) (*ledger.Sighting, error) {
	if end.Why == supervisor.ByOthers {
		return &ledger.Sighting{
			ID: supervisor.Signature("process", "killed", process), Judge: "process", Class: "killed",
			Sentence: fmt.Sprintf("%d processes in a row were ended from outside in %s, perhaps for want of memory", maxUnlucky, doing), Count: 1,
		}, nil
	}
	if end.Why != supervisor.ByEngine {
		return end.Sighting(process, doing), nil
	}
	f, err := torture.AfterDeath(ctx, []torture.Target{s.target}, torture.Options{}, end.Death, s.diesAgain)
	if err != nil || f == nil {
		return nil, err
	}
	sighting := lap.SightingOf(f)
	return &sighting, nil
}

// firstLine returns the first line of what a process has printed.
func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// diesAgain repeats what a token stands for, and returns how the process died; nil: it did not.
func (s *Soak) diesAgain(ctx context.Context, token string) *apart.Death {
	job := s.job()
	job.Replays = []lap.Replay{{What: token, Attempts: torture.DeathReplays}}
	end := supervisor.Run(ctx, s.child(replayProcess, job, func(lap.Message) error { return nil }))
	if end.Why != supervisor.ByEngine {
		return nil
	}
	return end.Death
}
