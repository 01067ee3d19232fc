package explore

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

func TestAStateThatOnlyTheSecondRecoveryShowedIsJudged(t *testing.T) {
	t.Parallel()
	p, err := plan.Resolve(plan.Spec{
		Workload: "kv", Fault: "power", Profile: "posix-min", Seed: 1, Size: workloads.Size{Clients: 1, Ops: 12, Keys: 4},
	})
	require.NoError(t, err)
	target := toy.Target(toy.Correct)
	s := NewSubject(target, record.Run(t.Context(), target, p, record.DefaultPatience), record.DefaultPatience)
	ticks := s.Recording.CrashTicks()
	last := ticks[len(ticks)-1]
	life := NewLife(t.Context(), s, &Failure{Tick: last}).(*firstLife)
	j := life.job(last, life.Cut(last))
	for judged, want := range map[bool]checker.Verdict{true: checker.Pass, false: checker.Fail} {
		x := life.explorer() // the recovered store was empty, although commits were acknowledged
		second := &secondLife{read: &history.State{}, judged: judged, opened: last}
		crash := &secondCrash{secondLife: second, at: origin{job: j}, point: j.point, cut: j.cut}
		require.Equal(t, want, x.verdictSecond(crash, &history.State{}).Verdict)
	}
}
