package bench

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// example has a row of each kind: a figure of each unit, with and without optional columns.
func example() *Result {
	return &Result{
		Version: 1, Entries: 1_000_000, Rounds: 5, CPUs: 2, System: "linux/amd64", Go: "go1.26", Interrupted: true,
		Notes: []string{"bbolt is not measured with open-close: it needs a file to map"},
		Rows: []Row{
			{
				Work: "put-nosync", Goroutines: 8, Engine: "lightning", Rounds: 5, Figure: 700_000, FigureMin: 650_000,
				FigureMax: 1_234_567, Unit: "ops/s", RatioToPebble: 1.2149, OpsPerSecond: 700_000, P50: 1.4, P99: 12.1,
				P999: 20_480, CPUPerOp: 2.5, CPURatio: 0.86, WriteAmp: 2.21, SpaceAmp: 1.1, PeakRSS: 187.4, OthersCPU: 0.014,
			},
			{
				Work: "put-nosync", Goroutines: 8, Engine: "pebble", Rounds: 5, Figure: 576_131, FigureMin: 570_000,
				FigureMax: 580_000, Unit: "ops/s", RatioToPebble: 1, OpsPerSecond: 576_131, P50: 2.1, P99: 166, P999: 372,
			},
			{
				Work: "bank", Goroutines: 8, Engine: "badger", Rounds: 5, Figure: 95_000, FigureMin: 94_000, FigureMax: 96_000,
				Unit: "ops/s", OpsPerSecond: 95_000, P50: 68, P99: 250, P999: 3600, Retries: 0.2093,
			},
			{
				Work: "recover", Goroutines: 1, Engine: "pebble", Rounds: 5, Figure: 119, FigureMin: 109.4, FigureMax: 126,
				Unit: "ms", LowerBetter: true, RatioToPebble: 1, OpsPerSecond: 708_181, OpenMillis: 119, Lost: 3594,
			},
		},
	}
}

func TestText(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, Text(&out, example()))
	requireGolden(t, "table.txt", out.Bytes())
}

func TestJSON(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, JSON(&out, example()))
	requireGolden(t, "result.json", out.Bytes())
}

func requireGolden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}
