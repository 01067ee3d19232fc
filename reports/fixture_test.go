package reports_test

import (
	"fmt"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/reports/soaks"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/soak"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/explain"
)

// hostile is text that a broken engine might produce. It tries to break out of HTML, Markdown, XML and a terminal.
const hostile = "</pre><script>alert(1)</script> | a`b ]]> \x1b[2J <img src=https://example.com/x>"

var (
	workloadNames = []string{"register", "bank", "append", "kv", "largevalue"}
	faultNames    = []string{
		"power", "torn-write", "lost-fsync", "failed-fsync", "eio-read", "eio-write", "enospc", "short-write",
		"bit-rot", "stale-block", "misplaced-block", "latency",
	}
)

// passing returns the result of a run without findings.
func passing() *torture.Result {
	r := &torture.Result{
		Version: 1, Verdict: checker.Pass, Engine: "lightning", Seed: 7, Profile: "posix-min", ElapsedSeconds: 20.13,
		Runs: 312, CrashPoints: 2083, ExhaustivePoints: 2031, SampledPoints: 52, WidestExhaustive: 12, Images: 41902,
		ImagesPerSecond: 2081.6, RepeatedImages: 2104, AuditedImages: 163, NestedImages: 9120, RecoveryCycles: 1200, FaultyRecoveries: 312,
		Operations: []torture.OperationCount{{Kind: history.Get, Count: 5120}, {Kind: history.Put, Count: 4100}, {Kind: history.Look}, {Kind: history.Ingest, Lacking: true}},
		Goals: []torture.GoalCount{
			{Name: "log-torn", Text: "a log record may be partly written", Points: 2318},
			{Name: "edit-torn", Text: "a manifest edit may be partly written"},
		},
		Profiles: map[string]torture.ProfileCount{"posix-min": {CrashPoints: 1883, Images: 38102}, "xfs": {CrashPoints: 200, Images: 3800}}, LabShare: 0.073, BytesLost: 3_355_443,
		FaultsInjected: map[string]uint64{"eio_write": 211, "enospc_write": 96, "lost_sync": 340, "failed_sync": 118},
		AckedSynced:    8411, Recovered: 8411, BankTotalWant: 10000, BankTotalGot: 10000,
		Provenance: torture.Provenance{
			Tool: "v0.1.0", GoVersion: "go1.26.8", OS: "linux", Arch: "amd64", CPUs: 2,
			Command: "lightning-torture run --seed 7", Started: "2026-11-23T04:30:00Z",
		},
	}
	for i, w := range workloadNames {
		for j, f := range faultNames {
			c := torture.Cell{Workload: w, Fault: f, Runs: 5, CrashPoints: 35, Images: 400 + 97*i + 31*j}
			if w == "largevalue" && f == "latency" {
				c = torture.Cell{Workload: w, Fault: f}
			}
			r.Cells = append(r.Cells, c)
		}
	}
	return r
}

// failing returns a result with two findings; the texts of the second are hostile.
func failing() *torture.Result {
	r := passing()
	r.Verdict, r.Recovered, r.BankTotalGot = checker.Fail, 8410, 9958
	r.Findings = []torture.Finding{lostTransfer(), hostileFinding()}
	for i := range r.Cells {
		c := &r.Cells[i]
		for _, f := range r.Findings {
			if c.Workload == f.Workload && c.Fault == f.Fault {
				c.Findings = 1
			}
		}
	}
	return r
}

func lostTransfer() torture.Finding {
	return torture.Finding{
		Profiles:         map[string]string{"posix-min": "fails", "xfs": "passes"},
		ProfilesSentence: "Fails on posix-min only: no image near this crash point fails on xfs.",
		Rules:            []string{"failed sync nth=3"},
		ID:               "durability-lost-bank-failed-fsync", Judge: "durability", Class: "lost", Workload: "bank",
		Fault: "failed-fsync", Profile: "posix-min", Seed: 7, Clients: 1, CrashTick: 3104,
		Sentence: "Transfer #812 was acknowledged with sync at tick 3,101, " +
			"and is missing after the power cut at tick 3,104.",
		Evidence: []string{
			"op 812   client 0   txn      acct-017 -> acct-003, 42    sync    call 3,090  return 3,101  acked",
			"op 811   client 0   txn      acct-002 -> acct-017,  5    sync    call 3,071  return 3,088  acked  present",
			"recovered  acct-017 = 118   want  76",
			"recovered  acct-003 = 204   want 246",
			"total      9,958            want 10,000",
		},
		Trace: lostTrace(), Count: 3, Token: "LT2-4F7Q-0A2M-9XKC-71TB-VV3E-5RGH-2N8W-9K",
		File: ".torture/findings/durability-lost-bank-failed-fsync.ltrace",
		Explanation: &torture.Explanation{
			Sentence: "commit #812 was acknowledged before the write of db/000008.log (`wal/writer.go:212`) was durable; " +
				"the intervening sync of db/000008.log (`engine/groupcommit.go:88`) did not take effect (failed)",
			Missing: &torture.Site{
				Tick: 3094, Op: "write", Path: "db/000008.log", Source: "wal/writer.go:212", Function: "wal.(*Writer).flush",
				Stack: []string{"wal/writer.go:212 wal.(*Writer).flush", "engine/groupcommit.go:71 engine.(*DB).writeGroup"},
			},
			By: &torture.Site{Tick: 3101, Op: "acknowledgement", Path: "commit #812"}, Lost: 1,
		},
		Changes: []evidence.KeyChange{{Key: "acct-017", Want: "76", Got: "118", Op: 812}, {Key: "acct-003", Want: "246", Op: 812}}, ChangesOf: 14,
		Circumstances: &explain.Circumstances{
			Moments: []explain.Moment{
				{Tick: 12, Images: 3},
				{Tick: 850, Images: 16},
				{Tick: 3094, Images: 8},
				{Tick: 3102, Images: 8, Failing: 3},
				{Tick: 3104, Images: 16, Failing: 15},
				{Tick: 3340, Images: 16, Failing: 16},
			},
			Sibling: &explain.Sibling{
				Site: explain.Site{Tick: 3094, Op: "write", Path: "db/000008.log", Source: "wal/writer.go:212"}, Kept: true, Lost: 1, Other: true,
			},
			Durable: []explain.Durable{
				{ID: 810, Text: "put acct-001", Called: 3050, Acked: 3077, By: 3077},
				{ID: 811, Text: "put acct-002", Called: 3071, Acked: 3088, By: 3092},
				{ID: 812, Text: "2 writes: put acct-017, put acct-003", Called: 3090, Acked: 3101},
			},
		},
	}
}

func lostTrace() []torture.TraceLine {
	var trace []torture.TraceLine
	add := func(op, path, note, fate string) {
		trace = append(trace, torture.TraceLine{
			Tick: 3076 + uint64(len(trace)), Op: op, Path: path, Note: note, Fate: fate,
		})
	}
	for i := range 8 {
		add("write", "db/000004.log", fmt.Sprintf("off %d len 512", 4096+512*i), "durable")
		if i%2 == 1 {
			add("sync", "db/000004.log", "", "")
		}
	}
	add("create", "db/000007.sst", "", "durable")
	add("write", "db/000007.sst", "off 0 len 4096", "durable")
	add("write", "db/000007.sst", "off 4096 len 4096", "durable")
	add("sync", "db/000007.sst", "", "")
	add("syncdir", "db", "", "")
	add("write", "db/MANIFEST-000003", "off 211 len 64", "kept")
	add("rename", "db/CURRENT.tmp -> db/CURRENT", "", "kept")
	add("remove", "db/000002.log", "", "unseen")
	for i := range 6 {
		fate := "lost"
		if i == 3 {
			fate = "torn"
		}
		add("write", "db/000008.log", fmt.Sprintf("off %d len 512", 512*i), fate)
	}
	add("sync", "db/000008.log", "injected: failed", "")
	add("sync", "db/000008.log", "returned 0", "")
	return trace
}

func hostileFinding() torture.Finding {
	f := torture.Finding{
		ID: "isolation-g-single-append-power", Judge: "isolation", Class: "G-single", Workload: "append",
		Fault: "power", Profile: "posix-min", Seed: 18446744073709551615, Clients: 4, Sentence: hostile,
		Token: "LT2-7YQ2-M0", Count: 1, Explanation: &torture.Explanation{
			Sentence: hostile,
			By:       &torture.Site{Tick: 9, Op: "sync", Path: hostile, Source: hostile, From: hostile, Stack: []string{hostile}},
			Beside:   &torture.Site{Tick: 8, Op: "sync", Path: hostile, Stack: []string{hostile}},
			Culprit:  &torture.Site{Tick: 7, Op: "write", Path: hostile, Stack: []string{hostile}},
		},
	}
	for i := range 14 {
		f.Evidence = append(f.Evidence, fmt.Sprintf("evidence %d %s", i+1, hostile))
	}
	return f
}

// inconclusive returns a result without findings, in which one judge gave no answer.
func inconclusive() *torture.Result {
	r := passing()
	r.Verdict = checker.Inconclusive
	r.Reasons = []string{"The judge linearizability ended without an answer in 2 windows."}
	r.Cells[0].Unknown = 2
	r.Cells[0].Reasons = []string{"2 windows took longer than their budget."}
	return r
}

// interrupted returns the result of a run that the user stopped early.
func interrupted() *torture.Result {
	r := passing()
	r.Verdict, r.Interrupted, r.Cells = checker.Inconclusive, true, r.Cells[:3]
	r.Runs, r.Images, r.NestedImages, r.FaultsInjected, r.BankTotalWant, r.BankTotalGot = 3, 40, 0, nil, 0, 0
	r.RecoveryCycles, r.Profiles = 0, nil
	return r
}

// night returns a soak with an open finding, a resolved one, and figures over time.
func night() *soaks.Soak {
	s, began := &soaks.Soak{}, time.Date(2026, 11, 28, 22, 0, 0, 0, time.UTC)
	for i := range 60 {
		at := began.Add(time.Duration(i) * 10 * time.Minute)
		s.Trends.Add(&ledger.Event{Time: at, Cell: &ledger.Cell{Lap: i, Images: 4000 + 300*(i%7), Seconds: 60}})
		s.Trends.Add(&ledger.Event{Time: at, Sample: &ledger.Sample{Figures: map[string]float64{
			"supervisor.rss": 4e7 + float64(i%5)*1e5, "life.rss": 9e7 + float64(i)*1e6, "life.fds": 14,
		}}})
		s.Trends.Add(&ledger.Event{Time: at, Life: &ledger.Life{Stretch: i, LiveBytes: 1 << 20, DiskBytes: 1<<20 + int64(i%9)<<17, Files: 20 + i%4}})
	}
	first, last := ledger.Sight{Time: began, Build: "b1"}, ledger.Sight{Time: began.Add(9 * time.Hour), Lap: 54, Build: "b2"}
	lost := lostTransfer()
	s.Status = soak.Status{
		Campaign: "c0ffee42", Engine: "lightning", Now: began.Add(10 * time.Hour), Since: began, Counted: last.Time, Verdict: "fail", Dir: "/var/soak",
		Reasons: []string{"life.rss is not flat"}, Doing: "lap 60, bank × eio",
		Totals: ledger.Totals{Laps: 60, Cells: 3300, Passed: 3298, Failed: 2, Images: 294_000, CrashPoints: 31_000, Exhaustive: 19_000, Starts: 2, Profiles: map[string]int{"posix-min": 250_000, "xfs": 44_000}},
		Canary: ledger.CanaryTotals{Tried: 60, Caught: 60}, Life: ledger.LifeTotals{Lives: 1, Stretches: 8, Cuts: 60, Ops: 90_000},
		Findings: []ledger.Finding{
			{
				Sighting: ledger.Sighting{ID: lost.ID, Judge: lost.Judge, Class: lost.Class, Sentence: lost.Sentence, Workload: "bank", Fault: "failed-fsync", Token: lost.Token},
				State:    ledger.Regressed, First: first, Last: last, Laps: 3, Images: 19, Days: map[string]int{"2026-11-28": 1, "2026-11-29": 2}, Attempts: 8, Hits: 5, Returns: 1,
			},
			{
				Sighting: ledger.Sighting{ID: "08252af2ec", Judge: "recovery", Class: "hang", Sentence: hostile, Workload: "kv", Fault: "eio"},
				State:    ledger.Resolved, First: first, Last: first, Laps: 1, Images: 1, Days: map[string]int{"2026-11-28": 1}, Attempts: 3,
			},
		},
		Slopes: []soak.Slope{
			{Figure: "life.rss", Samples: 50, Median: 1.2e8, PerHour: 6e6, Low: 5.9e6, High: 6.1e6, Measurable: true, Sentence: "it grows by 6.00 M an hour"},
			{Figure: "supervisor.rss", Samples: 50, Median: 4e7, Flat: true, Measurable: true, Sentence: "flat"},
		},
	}
	return s
}
