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

// MaxUnlucky is the number of consecutive children killed from outside in one cell after which the cell counts as lost.
// Whatever kills them, such as the kernel's OOM killer, would kill the next one, too.
const MaxUnlucky = 10

// Examiner examines dead children of one target.
type Examiner struct {
	Target torture.Target
	// Replay returns a child that does only the given replays. Replaying a death shows how the engine killed the process.
	Replay func(replays ...lap.Replay) supervisor.Child
}

// Sighting returns the finding that follows from the death of a child, or nil if the engine stopped as it promises to. It may be
// called for ByOthers only after MaxUnlucky consecutive children have ended so. An error is the lab's.
func (x *Examiner) Sighting(ctx context.Context, end supervisor.End, process, doing string) (*ledger.Sighting, error) {
	if end.Why == supervisor.ByOthers {
		return &ledger.Sighting{
			ID: supervisor.Signature("process", "killed", process), Judge: "process", Class: "killed",
			Sentence: fmt.Sprintf("%d processes in a row were ended from outside in %s, perhaps because memory ran out", MaxUnlucky, doing), Count: 1,
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

// diesAgain replays a token and returns how the process died, or nil if it did not.
func (x *Examiner) diesAgain(ctx context.Context, token string) *apart.Death {
	end := supervisor.Run(ctx, x.Replay(lap.Replay{What: token, Attempts: torture.DeathReplays}))
	if end.Why != supervisor.ByEngine {
		return nil
	}
	return end.Death
}

// Lost returns the record of a cell whose process died. sighting may be nil.
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
