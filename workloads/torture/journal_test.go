package torture

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/torture/apart"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

// until runs Check in a goroutine that ends at the n-th run. The result is nil if it ended there.
func until(t *testing.T, n int, target Target, o Options) (result *Result) {
	t.Helper()
	o.Running = func(_ int, token string) {
		_, _, place, err := evidence.DecodeToken(token, []Target{target})
		assert.NoError(t, err)
		if place.Tick > 0 {
			return // a recovery
		}
		if n--; n == 0 {
			runtime.Goexit()
		}
	}
	inGoroutine(func() {
		r, err := Check(t.Context(), target, o)
		assert.NoError(t, err)
		result = r
	})
	return result
}

// inGoroutine runs a function that may end its goroutine, and waits for it.
func inGoroutine(do func()) {
	done := make(chan bool)
	go func() {
		defer close(done)
		do()
	}()
	<-done
}

// steady returns a result without what depends on time and machine.
func steady(r *Result) *Result {
	c := *r
	c.ElapsedSeconds, c.ImagesPerSecond, c.LabShare, c.Spent = 0, 0, 0, Spent{}
	c.Findings = nil
	for _, f := range r.Findings {
		f.Evidence, f.Trace, f.File, f.Test = nil, nil, "", ""
		c.Findings = append(c.Findings, f)
	}
	if r.Worst != nil {
		c.Worst = &WorstRecoveries{Looked: r.Worst.Looked, Recoveries: slices.Clone(r.Worst.Recoveries)}
		for i := range c.Worst.Recoveries {
			c.Worst.Recoveries[i].OpenSeconds, c.Worst.Recoveries[i].ReadSeconds = 0, 0
		}
	}
	return &c
}

func TestACampaignContinuesWhereItsProcessDied(t *testing.T) {
	sameRaces(t)
	t.Parallel()
	for name, target := range map[string]Target{"with findings": toy.Target(toy.NoDirSync), "without findings": toy.Target(toy.Correct)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := Options{
				Workloads: []string{"kv"}, Faults: []string{"power", "eio"}, Rounds: 1, Clients: 1, Ops: 4, Keys: 2, Workers: 1, CrashPoints: 2,
				NoShrink: true, Dir: t.TempDir(),
			}
			whole := until(t, -1, target, o)
			require.NotNil(t, whole)
			if len(whole.Findings) == 0 {
				require.NotEmpty(t, whole.Worst.Recoveries)
			}
			o.Journal = filepath.Join(t.TempDir(), "journal")
			for _, n := range []int{2, whole.Runs} {
				require.NoError(t, os.RemoveAll(o.Journal))
				require.Nil(t, until(t, n, target, o))
				resumed := until(t, -1, target, o)
				require.NotNil(t, resumed)
				require.Equal(t, steady(whole), steady(resumed), "ended at run %d", n)
			}
		})
	}
}

func TestARunInWhichTheEngineDiedIsNotRepeated(t *testing.T) {
	t.Parallel()
	o := Options{Workloads: []string{"kv", "register"}, Faults: []string{"power"}, Rounds: 1, Clients: 1, Ops: 4, Keys: 2, Workers: 1}
	o.Journal = filepath.Join(t.TempDir(), "journal")
	targets, runs := []Target{toy.Target(toy.Correct)}, map[string]int{}
	var result *Result
	died, last, err := Outlive(t.Context(), targets, o, func() (*apart.Death, error) {
		token := ""
		result = nil
		inGoroutine(func() {
			w := o
			w.Running = func(slot int, run string) {
				if token = run; slot == 0 {
					runs[run]++
				}
				if _, s, _, err := evidence.DecodeToken(run, targets); err == nil && s.Workload == "kv" {
					runtime.Goexit()
				}
			}
			r, err := Check(t.Context(), targets[0], w)
			assert.NoError(t, err)
			result = r
		})
		if result != nil {
			return nil, nil
		}
		return &apart.Death{Output: panicOutput("example.com/db.open(0xc0)\n\t/db/open.go:8 +0x1\n"), Tokens: []string{token}}, nil
	}, func(context.Context, string) *apart.Death { return nil })
	require.NoError(t, err)
	require.False(t, died)
	require.Nil(t, last)
	require.Equal(t, maxCellDeaths, result.Deaths)
	require.Len(t, result.Findings, 1, "all deaths are the same finding")
	require.Equal(t, maxCellDeaths, result.Findings[0].Count)
	require.Equal(t, []int{0, 1}, []int{result.Cells[0].Runs, result.Cells[1].Runs}, "the other cell still has its run")
	require.NotZero(t, result.Images)
	require.Contains(t, result.Reasons[0], "kv × power: it never ran")
	require.Contains(t, result.Reasons[1], "kv × power: given up after the engine ended the process in 3 of its runs")
	for run, n := range runs {
		require.Equal(t, 1, n, run)
	}
}
