package postmortem

import (
	"context"
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/lap"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/soak/supervisor"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/apart"
)

// MaxUnlucky is how many children in a row may be ended from outside in one cell before the cell counts as lost: whoever kills
// them, such as a kernel without memory, would go on.
const MaxUnlucky = 10

// Examiner looks at children of one target.
type Examiner struct {
	Target torture.Target
	// Replay returns how to run a child that does the replays of a job, and nothing else: how an engine ended a process is
	// found out by letting it do so again.
	Replay func(replays ...lap.Replay) supervisor.Child
}

// Sighting returns the finding that the end of a child is; nil: it is none, because the engine stopped as it promises to. end.Why is
// ByOthers only once MaxUnlucky children have ended so. The error is the lab's.
func (x *Examiner) Sighting(ctx context.Context, end supervisor.End, process, doing string) (*ledger.Sighting, error) {
	if end.Why == supervisor.ByOthers {
		return &ledger.Sighting{
			ID: supervisor.Signature("process", "killed", process), Judge: "process", Class: "killed",
			Sentence: fmt.Sprintf("%d processes in a row were ended from outside in %s, perhaps for want of memory", MaxUnlucky, doing), Count: 1,
		}, nil
	}
	if end.Why != supervisor.ByEngine {
		return end.Sighting(process, doing), nil
	}
	f, err := torture.AfterDeath(ctx, []torture.Target{x.Target}, torture.Options{}, end.Death, x.diesAgain)
	if err != nil || f == nil {
		return nil, err
	}
	sighting := lap.SightingOf(f)
	return &sighting, nil
}

// diesAgain repeats what a token stands for, and returns how the process died; nil: it did not.
func (x *Examiner) diesAgain(ctx context.Context, token string) *apart.Death {
	end := supervisor.Run(ctx, x.Replay(lap.Replay{What: token, Attempts: torture.DeathReplays}))
	if end.Why != supervisor.ByEngine {
		return nil
	}
	return end.Death
}

// Lost returns what counts for a cell whose process ended. sighting may be nil.
func Lost(spec *campaign.Spec, number int, at *lap.Place, end supervisor.End, sighting *ledger.Sighting) *ledger.Cell {
	lost := &ledger.Cell{
		Lap: number, Cell: at.Cell, Workload: at.Workload, Fault: at.Fault, Seed: spec.Options(number).Seed, Outcome: ledger.Lost,
		Reasons: []string{end.Sentence},
	}
	if sighting != nil {
		sighting.Workload, sighting.Fault = at.Workload, at.Fault
		lost.Findings = []ledger.Sighting{*sighting}
	}
	return lost
}
