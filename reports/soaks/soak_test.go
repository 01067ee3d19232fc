package soaks_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/reports/soaks"
	"github.com/lightningdb/lightning-torture/workloads/soak"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

var began = time.Date(2026, 11, 28, 22, 0, 0, 0, time.UTC)

// night returns the soak of a store in which one bug is resolved and comes back, and another is resolved for good.
func night(t *testing.T) *soaks.Soak {
	t.Helper()
	s := &soaks.Soak{}
	var b ledger.Book
	seq := uint64(0)
	add := func(after time.Duration, e ledger.Event) {
		seq++
		e.Seq, e.Time = seq, began.Add(after)
		require.NoError(t, b.Add(&e))
		s.Trends.Add(&e)
	}
	lost := ledger.Sighting{ID: "aa11", Judge: "durability", Class: "lost", Sentence: "Commit #7 is missing.", Workload: "kv", Fault: "power", Token: "LT2-7", Count: 3}
	hang := ledger.Sighting{ID: "bb22", Judge: "recovery", Class: "hang", Sentence: "<b>Recovery</b> hangs.", Workload: "bank", Fault: "eio", File: "f/bb22.ltrace", Count: 1}
	add(0, ledger.Event{Start: &ledger.Start{Campaign: "c0ffee", Build: "b1"}})
	for lap := range 4 {
		at := time.Duration(lap) * 3 * time.Hour
		c := ledger.Cell{Lap: lap, Outcome: ledger.Passed, Workload: "kv", Fault: "power", Images: 5000 + 100*lap, CrashPoints: 60, Seconds: 61, OpenSeconds: 10, Shapes: []uint64{1, 2, uint64(2 + min(lap, 2))}, Profiles: map[string]int{"xfs": 100, "posix-min": 4000}}
		switch lap {
		case 0:
			c.Outcome, c.Findings = ledger.Failed, []ledger.Sighting{lost, hang}
		case 3:
			c.Outcome, c.Findings = ledger.Failed, []ledger.Sighting{lost}
		}
		add(at, ledger.Event{Cell: &c})
		add(at, ledger.Event{Cell: &c}) // the same cell again, which must not be counted twice
		add(at, ledger.Event{Lap: &ledger.Lap{Lap: lap, Cells: 1}})
		add(at, ledger.Event{Sample: &ledger.Sample{Figures: map[string]float64{"supervisor.rss": 4e7 + 1e6*float64(lap)}}})
		add(at, ledger.Event{Life: &ledger.Life{Stretch: lap, LiveBytes: 1000, DiskBytes: 1500, Files: 12}})
		if lap == 1 {
			add(at, ledger.Event{Replay: &ledger.Replay{ID: "aa11", Build: "b2", Attempts: 3}})
			add(at, ledger.Event{Replay: &ledger.Replay{ID: "bb22", Build: "b2", Attempts: 3}})
		}
	}
	s.Status = soak.Status{
		Campaign: "c0ffee", Engine: "kv", Now: began.Add(10 * time.Hour), Since: b.Since, Totals: b.Totals, Life: b.Life, Canary: ledger.CanaryTotals{Tried: 4, Caught: 4},
		Findings: b.Findings(), Verdict: "fail",
		Slopes: []soak.Slope{{Figure: "supervisor.rss", Median: 4.1e7, PerHour: 333333, Low: 3e5, High: 4e5, Samples: 4, Measurable: true, Sentence: "it grows by 0.3 M an hour"}},
	}
	return s
}

func pageOf(t *testing.T, s *soaks.Soak) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, soaks.HTML(&b, s))
	return b.String()
}

func TestASoaksPageStartsWithItsOpenFindings(t *testing.T) {
	page := pageOf(t, night(t))
	at := 0
	for _, next := range []string{`id="verdict"`, "kv has 1 open finding;", `id="finding-1"`, "Commit #7 is missing.", "came back 1 time after being resolved", `id="figures"`, `id="lives"`, "regressed", "✓ resolved", `id="trends"`, `id="flatness"`, "✗ not flat"} {
		i := strings.Index(page[at:], next)
		require.GreaterOrEqual(t, i, 0, next)
		at += i
	}
	require.NotContains(t, page, `id="finding-2"`, "a resolved finding is not open")
	require.NotContains(t, page, "<b>Recovery")
	require.Contains(t, page, "lightning-torture replay LT2-7")
	require.Contains(t, page, "11-28: 1, 11-29: 1")
	require.Contains(t, page, "0 of 3")
}

func TestTrendsCountACellOnce(t *testing.T) {
	page := pageOf(t, night(t))
	require.Contains(t, page, "<b>20,600</b> now; 5,000 at first, 5,000 to 20,600, over 9.0 h")
	require.Contains(t, page, `<span class="wrong">it grows by 0.3 M an hour</span>`)
	require.Contains(t, page, "<b>4</b> now; 2 at first, 2 to 4, over 9.0 h")
	require.Contains(t, page, "1 of 4 were new in the second half of this time")
	require.Contains(t, page, "space amplification of the long-lived store")
	require.Contains(t, page, "<b>1.89</b> now; 2 at first, 1.89 to 2, over 9.0 h", "milliseconds of a recovery: 10 s for 5,300 images at last")
}

func TestKnownFindingsAreNotOpen(t *testing.T) {
	s := night(t)
	s.Known, s.Verdict = ledger.Known{"aa11": {ID: "aa11", Reason: "fixed upstream"}}, "pass"
	page := pageOf(t, s)
	require.NotContains(t, page, `id="finding-1"`)
	require.Contains(t, page, "known: fixed upstream")
	require.Contains(t, page, "kept its promises")
}

func TestABlindLabDoesNotPass(t *testing.T) {
	s := night(t)
	s.Verdict, s.Canary = "blind", ledger.CanaryTotals{Tried: 2, Caught: 1, Missed: 1, Reason: "nothing failed"}
	page := pageOf(t, s)
	require.Contains(t, page, "Blind")
	require.Contains(t, page, "last miss: nothing failed")
	require.NotContains(t, page, "kept its promises")
}

func TestAnIndexLinksToReportsNextToIt(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, soaks.Index(&b, []soaks.Entry{
		{Path: "a b/1.html", Result: &torture.Result{Verdict: checker.Pass, Engine: "kv", Images: 4000}},
		{Path: "2.html", Result: &torture.Result{Verdict: checker.Fail, Engine: "kv", Findings: []torture.Finding{{Sentence: "Lost."}}}},
	}))
	require.Contains(t, b.String(), `href="a%20b/1.html"`)
	require.Contains(t, b.String(), "1 passed, 1 failed, 0 inconclusive.")
	require.Contains(t, b.String(), "Lost.")
}
