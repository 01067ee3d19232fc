package reports

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

func TestNumbersAreReadable(t *testing.T) {
	for want, got := range map[string]string{
		"0": wording.Grouped(0), "999": wording.Grouped(999), "1,000": wording.Grouped(1000), "-41,902": wording.Grouped(-41902),
		"18,446,744,073,709,551,615": wording.Grouped(uint64(math.MaxUint64)), "-100": wording.Grouped(-100),
		"1 image": wording.Plural(1, "image"), "0 images": wording.Plural(0, "image"), "1,200 images": wording.Plural(1200, "image"),
		"0 %": percent(0), "0.0072 %": percent(3. / 41902), "7.3 %": percent(.073), "99.9 %": percent(.9994),
		"100 %": percent(1), "0 bytes": byteSize(0), "1,023 bytes": byteSize(1023),
		"1.0 KiB": byteSize(1024), "3.2 MiB": byteSize(3_355_443), "1.0 MiB": byteSize(1<<20 - 1),
		"16.0 EiB": byteSize(math.MaxUint64), "0.0 s": seconds(0), "20.1 s": seconds(20.13),
		"12m30s": seconds(750), "2h3m": seconds(2*3600 + 3*60 + 7),
	} {
		require.Equal(t, want, got)
	}
}

func TestAMatrixEntryShowsTheWorstOutcomeOfItsCell(t *testing.T) {
	for want, cell := range map[string]torture.Cell{
		"✓ 512": {Runs: 3, Images: 512},
		"✓ 3":   {Runs: 3},
		"✗ 1":   {Runs: 3, Images: 512, Findings: 1, Unknown: 4},
		"? 4":   {Runs: 3, Images: 512, Unknown: 4},
		"? 2":   {Runs: 3, Images: 512, Reasons: []string{"nothing was injected", "no byte was lost"}},
		"? 1":   {Reasons: []string{"time was over before it began"}},
		"·":     {},
	} {
		require.Equal(t, want, fieldOf(cell).Text)
	}
}

func TestUntestedNamesWhatTheRunLeftOut(t *testing.T) {
	all := catalog{
		workloads: []torture.Choice{{Name: "bank"}, {Name: "kv"}},
		faults:    []torture.Choice{{Name: "power"}, {Name: "eio-write"}},
		profiles:  []torture.Choice{{Name: "posix-min"}, {Name: "xfs"}, {Name: "lose-none"}},
	}
	whole := &torture.Result{Profile: "posix-min", NestedImages: 5, FaultyRecoveries: 1, RecoveryCycles: 100, Cells: []torture.Cell{
		{Workload: "bank", Fault: "power", Profile: "lose-none", Runs: 1},
		{Workload: "bank", Fault: "eio-write", Runs: 1},
		{Workload: "kv", Fault: "power", Runs: 1},
		{Workload: "kv", Fault: "eio-write", Runs: 1},
	}}
	limits := 2
	require.Equal(t, []string{"Crash profiles left out: xfs."}, dropLast(untested(whole, all), limits))
	whole.Profiles = map[string]torture.ProfileCount{"xfs": {Images: 1}}
	require.Empty(t, dropLast(untested(whole, all), limits))

	part := &torture.Result{
		Profile: "xfs", SampledPoints: 1, UnexploredPoints: 7, Divergences: 2,
		Cells: []torture.Cell{{Workload: "kv", Fault: "power", Runs: 1, Unknown: 3}, {Workload: "kv", Fault: "x"}},
	}
	require.Equal(t, []string{
		"1 crash point was tried with a sample of the images that recovery can tell apart, not with all of them.",
		"7 crash points were left out because the budget was spent.",
		"1 combination of workload and fault never ran.",
		"3 judgements ended without an answer.",
		"2 recovery runs did not repeat the reads of an earlier run: the search may have missed images there.",
		"Power was never cut during a recovery.",
		"No filesystem call failed during a recovery.",
		"No store was crashed a hundred times in a row.",
		"Workloads left out: bank.",
		"Faults left out: eio-write.",
		"Crash profiles left out: posix-min, lose-none.",
	}, dropLast(untested(part, all), limits))

	part.Unpromised = []string{"eio-write", "x"}
	require.Contains(t, untested(part, all), "Faults about which the engine promises nothing: eio-write.", "x is not listed, because it ran")
	require.NotContains(t, strings.Join(untested(part, all), " "), "Faults left out")
}

func dropLast(list []string, n int) []string { return list[:len(list)-n] }

func held(runs int) *torture.Result {
	return &torture.Result{Verdict: checker.Pass, Images: 3000, Runs: runs}
}

func TestConfidenceIsClaimedOnlyWhereTheRuleHolds(t *testing.T) {
	for name, r := range map[string]torture.Result{
		"something failed": {Verdict: checker.Pass, Images: 1000, Runs: 40, Findings: make([]torture.Finding, 1)},
		"the run failed":   {Verdict: checker.Fail, Images: 1000, Runs: 40},
		"no answer":        {Verdict: checker.Inconclusive, Images: 1000, Runs: 40},
		"too few images":   {Verdict: checker.Pass, Images: 29, Runs: 29},
		"no run":           {Verdict: checker.Pass, Images: 1000},
	} {
		require.Empty(t, confidence(&r), name)
	}
	require.Contains(t, confidence(held(2)), "below 0.1 % (95 % confidence)")
	require.Contains(t, confidence(held(2)), "only 2 runs")
	require.Contains(t, confidence(held(300)), "the 300 runs alone, the rate of failing runs is below 1.0 %")
}

func TestCaveatsAreLimitedSoThatTheFiguresStayOnTheScreen(t *testing.T) {
	r := &torture.Result{Interrupted: true, Reasons: []string{"a", "b", "c"}}
	require.Len(t, firstCaveats(r), 4, "a fourth caveat takes the place of a line that would only announce it")
	r.Reasons = append(r.Reasons, "d", "e")
	require.Equal(t, []string{"a", "b", "And 3 more reasons."}, firstCaveats(r)[1:])
	require.Len(t, caveats(r), 6)
}

func TestBankFigureSaysWhatIsWrong(t *testing.T) {
	for note, r := range map[string]torture.Result{
		"conserved":               {BankTotalWant: 100, BankTotalGot: 100},
		"the bank was not run":    {},
		"42 missing of 1,000":     {BankTotalWant: 1000, BankTotalGot: 958},
		"42 too much, want 1,000": {BankTotalWant: 1000, BankTotalGot: 1042},
		"1,500 missing of 1,000":  {BankTotalWant: 1000, BankTotalGot: -500},
		"1,000 missing of 1,000":  {BankTotalWant: 1000},
		"1,000 too much, want 0":  {BankTotalGot: 1000},
	} {
		f := bankTotal(&r)
		require.Equal(t, note, f.Note)
		require.Equal(t, r.BankTotalGot != r.BankTotalWant, f.Bad)
	}
}

func TestLostCommitsAreBadOnlyInAFailedRun(t *testing.T) {
	for v, bad := range map[checker.Verdict]bool{checker.Fail: true, checker.Pass: false, checker.Inconclusive: false} {
		f := durability(&torture.Result{Verdict: v, AckedSynced: 10, Recovered: 8})
		require.Equal(t, "of 10 synced, 2 lost", f.Note, "a loss is always reported")
		require.Equal(t, bad, f.Bad, v)
	}
	require.False(t, durability(&torture.Result{Verdict: checker.Fail, AckedSynced: 10, Recovered: 10}).Bad)
}

func TestControlCharactersAreEscaped(t *testing.T) {
	for in, want := range map[string]string{
		"plain":          "plain",
		"✗ ünïcode 漢":    "✗ ünïcode 漢",
		"\x1b[2J":        `\x1b[2J`,
		"a\nb\tc":        `a\nb\tc`,
		"\u202eevil":     `\u202eevil`,
		"\x00":           `\x00`,
		"back \\ slash'": "back \\ slash'",
	} {
		require.Equal(t, want, wording.Visible(in))
	}
}

func TestAFindingMarksEveryCellThatShowsIt(t *testing.T) {
	f := torture.Finding{Workload: "bank", Fault: "power", AlsoIn: []string{"kv × power"}}
	r := &torture.Result{
		Cells: []torture.Cell{
			{Workload: "bank", Fault: "power", Runs: 1, Findings: 1},
			{Workload: "kv", Fault: "power", Runs: 1, Findings: 2},
			{Workload: "kv", Fault: "eio", Runs: 1},
		},
		Findings: []torture.Finding{{Workload: "kv", Fault: "power"}, f},
	}
	require.Equal(t, map[place]int{{"kv", "power"}: 1, {"bank", "power"}: 2}, firstFindings(r))
	require.Len(t, findingsIn(r, "kv", "power"), 2)
	require.Empty(t, findingsIn(r, "kv", "eio"))
	require.Contains(t, wording.Origin(&f), "; also in kv × power")
}
