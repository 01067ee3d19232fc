package explore

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// A commit that may be missing after an early crash must not be missing from the same disk once it was acknowledged.
func TestARecoveredDiskIsJudgedAgain(t *testing.T) {
	t.Parallel()
	p, err := plan.Resolve(plan.Spec{
		Workload: "register", Fault: "power", Profile: "posix-min", Seed: 3, Size: workloads.Size{Clients: 1, Ops: 12, Keys: 4, ValueBytes: 20},
	})
	require.NoError(t, err)
	target := toy.Target(toy.Correct)
	s := NewSubject(target, record.Run(t.Context(), target, p, record.DefaultPatience), record.DefaultPatience)
	ticks := s.Recording.CrashTicks()
	first, last := &Failure{Tick: ticks[0]}, &Failure{Tick: ticks[len(ticks)-1]}
	life := newFirstLife(t.Context(), s, first)
	x := life.explorer()
	at := func(f *Failure, digest uint64) origin {
		return origin{job: life.job(f.Tick, life.Cut(f.Tick)), digest: digest}
	}
	require.False(t, x.acceptedBefore(at(first, 7)), "the disk was not recovered before")
	empty := &history.State{}
	x.shared.recovered.add(7, empty, verdictKey{state: empty.Hash(x.shared.seed)})
	assert.True(t, x.acceptedBefore(at(first, 7)))
	assert.False(t, x.acceptedBefore(at(first, 8)), "another disk")
	assert.False(t, x.acceptedBefore(at(last, 7)), "the disk lacks commits acknowledged since")
	assert.Equal(t, 1, x.tally.Alike)
}
