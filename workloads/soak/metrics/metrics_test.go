package metrics_test

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/soak"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/soak/metrics"
)

var update = flag.Bool("update", false, "write METRICS.md")

// whole returns the status of a soak with a value for every metric.
func whole() soak.Status {
	at := time.Date(2026, 11, 29, 22, 0, 0, 0, time.UTC)
	return soak.Status{
		Campaign: `a"b\c`, Engine: "lightning", Shard: ledger.Shard{Index: 2, Of: 3}, Running: true,
		Since: at, Began: at.Add(time.Hour), Counted: at.Add(90 * time.Minute), Now: at.Add(100 * time.Minute),
		Lap: 3, Cell: 4, CellsOf: 19, Doing: "lap 3, bank × eio",
		Totals: ledger.Totals{
			Laps: 3, Cells: 61, Passed: 57, Failed: 1, Unclear: 2, Lost: 1, Runs: 122, CrashPoints: 900, Exhaustive: 800, Images: 123_456_789, Shapes: 4321,
			Nested: 40_000, BytesLost: 1 << 40, Seconds: 5400.5, Profiles: map[string]int{"xfs": 5, "posix-min": 7}, Goals: map[string]int{"flush": 9},
			Starts: 2, Deaths: 1, Replays: 6,
		},
		Canary:   ledger.CanaryTotals{Tried: 4, Caught: 3, Last: at.Add(80 * time.Minute)},
		Life:     ledger.LifeTotals{Lives: 1, Cuts: 12, Ops: 99_000, Last: ledger.Life{Keys: 500, LiveBytes: 1 << 20, DiskBytes: 2 << 20, Files: 17}},
		Findings: []ledger.Finding{{State: ledger.New}, {State: ledger.Ongoing}, {State: ledger.Ongoing}},
		Figures:  map[string]float64{"supervisor.rss": 4e7, "disk.free": 5e9},
		Slopes: []soak.Slope{
			{Figure: "supervisor.rss", Median: 4e7, PerHour: -12.5, Flat: true, Measurable: true},
			{Figure: "disk.free"},
		},
		Verdict: "fail",
	}
}

func ask(t *testing.T, s soak.Status, path string) (int, string) {
	t.Helper()
	answer := httptest.NewRecorder()
	metrics.Handler(func() soak.Status { return s }, metrics.SystemClock()).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
	return answer.Code, answer.Body.String()
}

func TestThePageShowsEveryMetric(t *testing.T) {
	t.Parallel()
	code, page := ask(t, whole(), "/metrics")
	require.Equal(t, http.StatusOK, code)
	for _, m := range metrics.Metrics() {
		require.Contains(t, page, fmt.Sprintf("# HELP %s %s\n# TYPE %s %s\n%s", m.Name, m.Help, m.Name, m.Kind, m.Name))
	}
	for _, line := range []string{
		`torture_running{campaign="a\"b\\c",engine="lightning",shard="2/3"} 1`,
		`torture_verdict{verdict="fail"} 1`,
		`torture_verdict{verdict="pass"} 0`,
		`torture_findings{state="ongoing"} 2`,
		`torture_cells_total{outcome="unclear"} 2`,
		`torture_images_total 1.23456789e+08`,
		`torture_resumes_total 1`,
		`torture_progress_timestamp_seconds 1.795995e+09`,
		`torture_profile_images_total{profile="posix-min"} 7`,
		`torture_figure{figure="disk.free"} 5e+09`,
		`torture_figure_flat{figure="supervisor.rss"} 1`,
		`torture_figure_measurable{figure="disk.free"} 0`,
		`torture_figure_slope_per_hour{figure="supervisor.rss"} -12.5`,
	} {
		require.Contains(t, page, line+"\n")
	}
	require.NotContains(t, page, `torture_figure_flat{figure="disk.free"}`, "a figure that cannot be judged is not exported as growing")
}

func TestASoakThatHasJustBegunShowsNoTimestamps(t *testing.T) {
	t.Parallel()
	_, page := ask(t, soak.Status{Running: true}, "/metrics")
	require.Contains(t, page, `torture_running{campaign="",engine="",shard="1/1"} 1`)
	require.NotContains(t, page, "canary_caught_timestamp")
	require.NotRegexp(t, `_timestamp_seconds -`, page, "no time before 1970")
}

func TestPrometheusAcceptsThePage(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("needs promtool, which is in Debian's package prometheus")
	}
	_, page := ask(t, whole(), "/metrics")
	check := exec.Command(tool, "check", "metrics")
	check.Stdin = strings.NewReader(page)
	said, err := check.CombinedOutput()
	require.NoError(t, err, string(said))
	require.Empty(t, string(said))
}

func TestHealth(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		ill  func(*soak.Status)
		code int
		says string
	}{
		"a soak that makes progress":            {func(*soak.Status) {}, 200, "ok: lap 3"},
		"findings do not make a soak unhealthy": {func(s *soak.Status) { s.Verdict = "fail" }, 200, "ok"},
		"no supervisor":                         {func(s *soak.Status) { s.Running, s.Stopped = false, "its time was over" }, 503, "its time was over"},
		"a canary was missed":                   {func(s *soak.Status) { s.Canary.Missed = 2 }, 503, "blind"},
		"no cell for 20 minutes":                {func(s *soak.Status) { s.Now = s.Counted.Add(20 * time.Minute) }, 503, "no cell has been counted for 20m0s"},
		"a supervisor that has just resumed after a long pause": {func(s *soak.Status) {
			s.Began = s.Counted.Add(24 * time.Hour)
			s.Now = s.Began.Add(time.Minute)
		}, 200, "ok"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := whole()
			test.ill(&s)
			code, says := ask(t, s, "/healthz")
			require.Equal(t, test.code, code)
			require.Contains(t, says, test.says)
		})
	}
}

func TestServeListensOnTheLoopbackUnlessToldOtherwise(t *testing.T) {
	t.Parallel()
	server, err := metrics.Serve(":0", whole)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(server.Addr(), "127.0.0.1:"), server.Addr())
	answer, err := http.Get("http://" + server.Addr() + "/metrics")
	require.NoError(t, err)
	page, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Contains(t, string(page), "torture_clock_jump_seconds ")

	_, err = metrics.Serve(server.Addr(), whole)
	require.ErrorContains(t, err, "give another address")
	_, err = metrics.Serve("9464", whole)
	require.ErrorContains(t, err, "write host:port")
	require.NoError(t, server.Close())
}

func TestMetricsList(t *testing.T) {
	t.Parallel()
	var list bytes.Buffer
	fmt.Fprint(&list, "# Metrics of a soak\n\n",
		"Made by `go test -run TestMetricsList -update` from the table in table.go. Totals continue when a soak is resumed.\n\n",
		"| metric | kind | labels | meaning |\n|---|---|---|---|\n")
	for _, m := range metrics.Metrics() {
		fmt.Fprintf(&list, "| `%s` | %s | %s | %s |\n", m.Name, m.Kind, strings.Join(m.Labels, ", "), m.Help)
	}
	if *update {
		require.NoError(t, os.WriteFile("METRICS.md", list.Bytes(), 0o644))
	}
	found, err := os.ReadFile("METRICS.md")
	require.NoError(t, err)
	require.Equal(t, list.String(), string(found), "run: go test -run TestMetricsList -update")
}
