package bench

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMedian(t *testing.T) {
	require.Zero(t, median(nil))
	require.InDelta(t, 3, median([]float64{9, 1, 3}), 0)
	require.InDelta(t, 2.5, median([]float64{4, 1, 3, 2}), 0)
	values := []float64{3, 1, 2}
	median(values)
	require.Equal(t, []float64{3, 1, 2}, values, "the caller's order is kept")
}

// The machine gets twice as fast in the second round and four times in the third, which must not affect the ratio.
func TestRatioComparesWithinARound(t *testing.T) {
	all := []Measurement{
		{Work: "get", Goroutines: 8, Engine: "a", Round: 0, CPUPerOp: 1, Figure: 120, OpsPerSecond: 120},
		{Work: "get", Goroutines: 8, Engine: Reference, Round: 0, CPUPerOp: 2, Figure: 100, OpsPerSecond: 100},
		{Work: "get", Goroutines: 8, Engine: Reference, Round: 1, CPUPerOp: 2, Figure: 200, OpsPerSecond: 200},
		{Work: "get", Goroutines: 8, Engine: "a", Round: 1, CPUPerOp: 4, Figure: 300, OpsPerSecond: 300},
		{Work: "get", Goroutines: 8, Engine: "a", Round: 2, CPUPerOp: 8, Figure: 800, OpsPerSecond: 800}, // has no counterpart
		{Work: "get", Goroutines: 1, Engine: "a", Round: 0, Figure: 7, OpsPerSecond: 7},
	}
	rows := summarize(all)
	require.Len(t, rows, 3)
	require.Equal(t, Row{
		Work: "get", Goroutines: 8, Engine: "a", Rounds: 3, Unit: "ops/s", Figure: 300, FigureMin: 120, FigureMax: 800,
		RatioToPebble: 1.35, OpsPerSecond: 300, CPUPerOp: 4, CPURatio: 1.25,
	}, rows[0])
	require.InDelta(t, 1, rows[1].RatioToPebble, 0)
	require.Zero(t, rows[2].RatioToPebble, "Pebble was not measured with one goroutine")
}

func TestRowsOfAWorkAreAdjacent(t *testing.T) {
	var all []Measurement
	for _, engine := range []string{"a", "b"} { // the order in which two processes report
		for _, work := range []string{"get", "scan"} {
			all = append(all, Measurement{Work: work, Goroutines: 1, Engine: engine})
		}
	}
	var got []string
	for _, row := range summarize(all) {
		got = append(got, row.Work+" "+row.Engine)
	}
	require.Equal(t, []string{"get a", "get b", "scan a", "scan b"}, got)
}
