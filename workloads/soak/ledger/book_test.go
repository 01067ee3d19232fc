package ledger

import (
	"testing"
	"time"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"
)

func add(t *testing.T, b *Book, events ...*Event) {
	t.Helper()
	for _, e := range events {
		e.Time = day1
		require.NoError(t, b.Add(e))
	}
}

func start(build string) *Event { return &Event{Start: &Start{Campaign: "c", Build: build}} }

func TestACellIsCountedOnce(t *testing.T) {
	t.Parallel()
	var b Book
	add(t, &b, start("1"), cellEvent(0, 0), cellEvent(0, 70), cellEvent(0, 0), start("1"), cellEvent(0, 70), cellEvent(1, 0))
	require.Equal(t, 3, b.Totals.Cells)
	require.Equal(t, 30, b.Totals.Images)
	require.Equal(t, 2, b.Totals.Starts)
	require.True(t, b.Has(0, 70))
	require.False(t, b.Has(0, 69))
	require.False(t, b.Has(2, 0))
	require.ErrorIs(t, b.Add(&Event{Start: &Start{Campaign: "d"}}), ErrCampaign)
}

func TestALapIsCompleteOnceAllShardsHaveCompletedIt(t *testing.T) {
	t.Parallel()
	var b Book
	lap := func(lap, shard, of int) *Event { return &Event{Lap: &Lap{Lap: lap, Shard: Shard{shard, of}}} }
	add(t, &b, start("1"), lap(0, 1, 2), lap(1, 1, 2), lap(0, 1, 2))
	require.Equal(t, 0, b.Totals.Laps)
	require.Equal(t, 0, b.Next())
	add(t, &b, lap(0, 2, 2))
	require.Equal(t, 1, b.Totals.Laps)
	require.Equal(t, 1, b.Next())
	for cell := range 7 {
		require.NotEqual(t, Shard{1, 2}.Has(cell), Shard{2, 2}.Has(cell))
		require.True(t, Shard{}.Has(cell))
	}
}

func TestTheLifeOfAFinding(t *testing.T) {
	t.Parallel()
	var b Book
	seen := func(lap, cell int) *Event {
		e := cellEvent(lap, cell)
		e.Cell.Outcome, e.Cell.Findings = Failed, []Sighting{{ID: "x", Count: 2}}
		return e
	}
	replay := func(attempts, hits int, reason string) *Event {
		return &Event{Replay: &Replay{ID: "x", Build: "2", Attempts: attempts, Hits: hits, Reason: reason}}
	}
	for i, step := range []struct {
		e    *Event
		want State
	}{
		{start("1"), ""},
		{seen(0, 0), New},
		{seen(0, 1), New},
		{seen(1, 0), Ongoing},
		{seen(1, 0), Ongoing}, // the same cell again, which is counted once
		{start("2"), Ongoing},
		{replay(3, 1, ""), Ongoing},
		{replay(2, 0, ""), Ongoing}, // too few replays to resolve it
		{replay(3, 0, "no evidence"), Ongoing},
		{replay(3, 0, ""), Resolved},
		{seen(2, 0), Regressed},
		{replay(3, 2, ""), Regressed},
		{replay(3, 0, ""), Resolved},
		{replay(1, 1, ""), Regressed},
	} {
		add(t, &b, step.e)
		if step.want == "" {
			continue
		}
		require.Len(t, b.Findings(), 1)
		require.Equal(t, step.want, b.Findings()[0].State, "step %d", i)
	}
	f := b.Findings()[0]
	require.Equal(t, 3, f.Laps)
	require.Equal(t, 8, f.Images)
	require.Equal(t, 2, f.Returns)
	require.Equal(t, "1", f.First.Build)
	require.Equal(t, "2", f.Last.Build)
	require.Equal(t, 4, f.Days["2026-11-29"])
}

func TestConsecutiveMissedCanariesAreCounted(t *testing.T) {
	t.Parallel()
	var b Book
	canary := func(lap int, caught bool) *Event {
		return &Event{Canary: &Canary{Lap: lap, Caught: caught, Reason: "nothing was found"}}
	}
	add(t, &b, start("1"), canary(0, true), canary(1, false), canary(2, false))
	require.Equal(t, CanaryTotals{Tried: 3, Caught: 1, Missed: 2, Last: day1, Reason: "nothing was found"}, b.Canary)
	add(t, &b, canary(3, true))
	require.Zero(t, b.Canary.Missed)
	require.True(t, b.HasCanary(3))
	require.False(t, b.HasCanary(4))
}

func TestAStretchIsCountedOnceEvenIfTheStoreIsResumed(t *testing.T) {
	t.Parallel()
	var b Book
	stretch := func(n int) *Event { return &Event{Life: &Life{Stretch: n, Cuts: 2, Ops: 5}} }
	add(t, &b, start("1"), stretch(0), stretch(1), start("1"), stretch(1), stretch(2))
	require.Equal(t, 3, b.Life.Stretches)
	require.Equal(t, 6, b.Life.Cuts)
	require.Equal(t, 15, b.Life.Ops)
}

func TestAHumanVerdictHoldsUntilTheEndOfItsDay(t *testing.T) {
	t.Parallel()
	disk := afero.NewMemMapFs()
	known, err := ReadKnown(disk, "known.json")
	require.NoError(t, err)
	require.False(t, known.Excuses("x", day1))
	require.NoError(t, afero.WriteFile(disk, "known.json", []byte(`[{"id":"x","reason":"r","until":"2026-11-29"},{"id":"y","reason":"r"}]`), 0o644))
	known, err = ReadKnown(disk, "known.json")
	require.NoError(t, err)
	require.True(t, known.Excuses("x", day1))
	require.False(t, known.Excuses("x", day1.Add(2*time.Hour)))
	require.True(t, known.Excuses("y", day1.AddDate(9, 0, 0)))
	for _, bad := range []string{`{}`, `[{"id":"x"}]`, `[{"id":"x","reason":"r","until":"soon"}]`} {
		require.NoError(t, afero.WriteFile(disk, "known.json", []byte(bad), 0o644))
		_, err = ReadKnown(disk, "known.json")
		require.ErrorContains(t, err, "known.json", bad)
	}
}
