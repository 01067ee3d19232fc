package bench

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// small returns options for a short run of fakes.
func small(t *testing.T, engine string, works ...string) Options {
	t.Helper()
	t.Setenv(childEnv, "1")
	t.Setenv("TMPDIR", t.TempDir())
	return Options{
		Engines: []string{engine}, Works: works, Entries: 300, Rounds: 1, Dir: t.TempDir(), Wait: -1, Child: []string{os.Args[0]},
	}
}

func TestWrongResultsEndTheRun(t *testing.T) {
	for _, test := range []struct{ engine, work, says string }{
		{"wrong value", "get", "which nobody wrote"},
		{"wrong value", "mixed", "which nobody wrote"},
		{"lost commit", "put-nosync", "the store has 294 entries, 300 were written"},
		{"lost commit", "put-sync", "the store has 294 entries"},
		{"invented entry", "get-missing", "found is true"},
		{"disorder", "scan", "in order: false"},
		{"disorder", "overwrite", "comes after"},
		{"lost update", "bank", "100 accounts hold"},
		{"damage", "put-buffered", "verify: "},
		{"damage", "get-compacted", "verify: "},
		{"damage", "bank-sync", "verify: "},
		{"lost when killed", "recover", "300 of 300 acknowledged entries are lost"},
		{"lost when killed", "open-close", "the store has 0 entries, 10 were written"},
	} {
		t.Run(test.engine+" in "+test.work, func(t *testing.T) {
			o := small(t, test.engine, test.work)
			_, err := Run(t.Context(), fakes(), o)
			require.ErrorIs(t, err, ErrWrong)
			require.ErrorContains(t, err, test.says)
			require.ErrorContains(t, err, "engine "+test.engine+", "+test.work+" at ")
			requireEmpty(t, o.Dir)
		})
	}
}

func TestFailedChildIsNamed(t *testing.T) {
	for engine, says := range map[string]string{
		"does not open": "the lock is rusty", "panics": "panic: out of paper", "talks": "the output \"hello",
	} {
		t.Run(engine, func(t *testing.T) {
			for _, work := range []string{"put-nosync", "recover"} {
				_, err := Run(t.Context(), fakes(), small(t, engine, work))
				require.ErrorIs(t, err, ErrChild)
				require.NotErrorIs(t, err, ErrWrong)
				require.ErrorContains(t, err, "engine "+engine+", "+work+" at ")
				require.ErrorContains(t, err, says)
			}
		})
	}
}

func TestEveryWorkOfACorrectEngineHasARow(t *testing.T) {
	o := small(t, "right")
	o.Engines, o.ProfileDir = []string{"right", Reference}, filepath.Join(t.TempDir(), "profiles")
	result, err := Run(t.Context(), fakes(), o)
	require.NoError(t, err)
	require.False(t, result.Interrupted)
	rows := map[string]int{}
	for _, row := range result.Rows {
		rows[row.Work+" "+row.Engine]++
		require.Equal(t, 1, row.Rounds)
		require.Positive(t, row.Figure)
		require.LessOrEqual(t, row.FigureMin, row.Figure)
		require.LessOrEqual(t, row.Figure, row.FigureMax)
		if row.Work != "recover" && row.Work != "open-close" {
			require.Positive(t, row.P99)
		}
		if row.Engine == Reference {
			require.InDelta(t, 1, row.RatioToPebble, 1e-9)
		}
	}
	for _, w := range works() {
		require.Len(t, w.goroutines, rows[w.name+" right"], w.name)
	}
	require.Zero(t, rows["get-memtable pebble"])
	require.Zero(t, rows["open-close pebble"])
	require.Contains(t, result.Notes, "pebble is not measured with get-memtable: it is a fake")
	require.Contains(t, result.Notes, "pebble is not measured with open-close: it cannot store in memory")
	require.FileExists(t, filepath.Join(o.ProfileDir, "get-8-right-0.pprof"))
	requireEmpty(t, o.Dir)
}

func TestPermittedLossIsReported(t *testing.T) {
	result, err := Run(t.Context(), fakes(), small(t, Reference, "recover"))
	require.NoError(t, err)
	require.Len(t, result.Rows, 1)
	require.InDelta(t, 300, result.Rows[0].Lost, 0)
}

func TestInterruptedRunReportsWhatItHas(t *testing.T) {
	o := small(t, "right", "put-nosync", "get")
	o.Rounds, o.Dir = 1000, filepath.Join(o.Dir, "made", "for this")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	steps := 0
	o.Progress = func(string) {
		if steps++; steps == 3 {
			cancel()
		}
	}
	result, err := Run(ctx, fakes(), o)
	require.NoError(t, err)
	require.True(t, result.Interrupted)
	require.Len(t, result.Rows, 2, "put-nosync at 1 and 8 goroutines")
	require.NoDirExists(t, o.Dir)
}

func TestDirectoryThatCannotBeCreatedIsNamed(t *testing.T) {
	o := small(t, "right", "get")
	file := filepath.Join(o.Dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	o.Dir = file
	_, err := Run(t.Context(), fakes(), o)
	require.ErrorContains(t, err, "directory of the stores: ")
	require.ErrorContains(t, err, file)
}

func requireEmpty(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}
