package soak

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/targets/soakledger"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// A full disk must not hide what was found.
func TestAFindingThatCannotBeRecordedIsInTheError(t *testing.T) {
	t.Parallel()
	target := soakledger.Target()
	s, err := Begin(&campaign.Spec{Version: 1, Engine: target.Name}, Options{Dir: filepath.Join(t.TempDir(), "soak"), Targets: []torture.Target{target}, Build: "test"})
	require.NoError(t, err)
	require.NoError(t, s.mu.journal.Close())
	err = s.count(&ledger.Cell{Findings: []ledger.Sighting{{ID: "aa11", Sentence: "Commit #7 is missing.", Token: "LT2-7"}}})
	require.ErrorIs(t, err, torture.ErrHost)
	require.ErrorContains(t, err, "this finding is not recorded: aa11: Commit #7 is missing.; its token: LT2-7")
	require.NoError(t, s.lock.Close())
}

// A store that had three stretches in two hours was measured three times, however many samples show the latest figures.
func TestAFigureOfAStretchCountsOnce(t *testing.T) {
	t.Parallel()
	all := trends{}
	for minute := range 120 {
		stretch := minute / 40
		all.add(float64(minute)/60, map[string]float64{
			stretchFigure: float64(stretch), "life.files": float64(1000 + 100*stretch), "engine.tables": 50, "life.rss": float64(minute),
		})
	}
	require.Equal(t, 3, all["life.files"].Len())
	require.Equal(t, 3, all["engine.tables"].Len())
	require.Equal(t, 120, all["life.rss"].Len())
	for _, s := range all.slopes() {
		require.Equal(t, s.Figure == "life.rss", s.Measurable, s.Figure)
	}

	old := trends{} // of a version that did not record the stretch
	for minute := range 120 {
		old.add(float64(minute)/60, map[string]float64{"life.files": 1000})
	}
	require.Equal(t, 120, old["life.files"].Len())
}

// A cache of a few KiB may double.
func TestBytesOfTheEngineHaveAFloorOfTheirOwn(t *testing.T) {
	t.Parallel()
	all := trends{}
	for minute := range 120 {
		all.add(float64(minute)/60, map[string]float64{"engine.cache_bytes": float64(8000 + 200*minute), "engine.tables": float64(50 + minute)})
	}
	for _, s := range all.slopes() {
		require.Equal(t, s.Figure == "engine.cache_bytes", s.Flat, s.Figure)
	}
}

func TestAFigureThatGrowsInOneShardIsNotFlat(t *testing.T) {
	t.Parallel()
	flat := func(figure string) Slope { return Slope{Figure: figure, Flat: true, Measurable: true} }
	grows := Slope{Figure: "life.rss", Measurable: true, Sentence: "it grows"}
	short := Slope{Figure: "life.fds", Flat: true, Sentence: "too few to judge"}
	one, two := []Slope{grows, flat("life.fds"), flat("life.heap")}, []Slope{flat("life.rss"), short, flat("life.heap"), flat("life.files")}
	want := []Slope{grows, short, flat("life.heap"), flat("life.files")}
	require.Equal(t, want, worse(one, two))
	require.ElementsMatch(t, want, worse(two, one))
	require.Equal(t, two, worse(nil, two))
}
