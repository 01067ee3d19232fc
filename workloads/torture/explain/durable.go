package explain

import (
	"context"
	"slices"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// Durable says from when on an acknowledged commit could no longer be lost.
type Durable struct {
	ID     int    `json:"id"`
	Text   string `json:"text"` // "put k017"
	Client int    `json:"client"`
	Called uint64 `json:"called"`
	Acked  uint64 `json:"acked"`
	// By is the tick from which on the commit survives every power cut. It is Acked if the commit was durable when it was
	// acknowledged, and 0 if the crash that failed could still lose it.
	By uint64 `json:"by"`
}

// Limits: the last durableCommits commits before the crash, and the last durableTicks crash points.
const (
	durableCommits = 16
	durableTicks   = 64
)

// durable crashes the run at each operation before the crash that failed, on disks that lose everything pending, and finds
// out which commits the store has lost there.
func durable(ctx context.Context, s *explore.Subject, f *explore.Failure) []Durable {
	all, ticks := lastCommits(s, f.Tick)
	if len(all) == 0 {
		return nil
	}
	for _, tick := range ticks {
		lost, known := explore.LostByAll(ctx, s, tick)
		if ctx.Err() != nil || !known && tick == f.Tick {
			return nil
		}
		for i := range all {
			d := &all[i]
			switch {
			case slices.Contains(lost, d.ID):
				d.By = 0
			case d.By == 0 && known:
				d.By = max(tick, d.Acked)
			}
		}
	}
	return all
}

// lastCommits returns the last commits with Sync that were acknowledged before a crash, and the last crash points up to it.
func lastCommits(s *explore.Subject, crash uint64) (commits []Durable, ticks []uint64) {
	ticks = s.Recording.CrashTicks()
	acked := uint64(record.NewCuts(s.Recording.Trace, s.Recording.History).At(crash).Acked)
	end, _ := slices.BinarySearch(ticks, crash+1)
	ticks = ticks[max(0, end-durableTicks):end]
	for i := range s.Recording.History {
		op := &s.Recording.History[i]
		asked := op.Outcome == history.Acked && op.Durability == history.Sync && op.Wrote()
		if asked && uint64(op.Return) <= acked && len(ticks) > 0 && uint64(op.Return) >= ticks[0] {
			commits = append(commits, Durable{
				ID: op.ID, Text: checker.Contents(op), Client: op.Client, Called: uint64(op.Call), Acked: uint64(op.Return), By: uint64(op.Return),
			})
		}
	}
	slices.SortStableFunc(commits, func(a, b Durable) int { return int(a.Acked) - int(b.Acked) }) //nolint:gosec // ticks of one run
	return commits[max(0, len(commits)-durableCommits):], ticks
}
