package reports_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/reports"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/worst"
)

// watched returns a passing result with a recovery that was followed call by call.
func watched() *torture.Result {
	r := passing()
	r.Worst = &torture.WorstRecoveries{Looked: 96, Recoveries: []worst.Recovery{{
		Why: []string{"most commits lost", "most filesystem calls"}, Workload: "bank", Fault: "power", Profile: "posix-min", Seed: 41, Tick: 3104, Of: 3340,
		LostCalls: 14, LostBytes: 3212, Calls: 61, OpenSeconds: 0.000_412_3, ReadSeconds: 0.000_05, Keys: 23, Synced: 38, Gone: 14, InFlight: 1, Again: true,
		Steps: []worst.Step{
			{Kind: worst.Read, Path: "db/MANIFEST-000004", Calls: 3, Bytes: 512},
			{Kind: worst.Replay, Path: "db/000007.log", Calls: 2, Bytes: 4096},
			{Kind: worst.Create, Path: "db/CURRENT.new", Calls: 1},
			{Kind: worst.Write, Path: "db/CURRENT.new", Calls: 1, Bytes: 16},
			{Kind: worst.Rename, Path: "db/CURRENT.new", To: "db/CURRENT", Calls: 1},
			{Kind: worst.Sync, Path: "db", Calls: 1},
			{Kind: worst.Remove, Path: hostile, Calls: 1},
		},
		Lost: []worst.Loss{
			{ID: 811, Text: "put k017", Acked: 3101, Durability: history.NoSync},
			{ID: 812, Text: "put " + hostile, Acked: 3102, Durability: history.Buffered},
		},
	}}}
	return r
}

func TestAPassingReportShowsTheWorstPowerCuts(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	require.NoError(t, reports.HTML(&b, watched()))
	page, at := b.String(), 0
	for _, next := range []string{
		`id="figures"`, `id="not-tested"`, `id="worst"`, "Of 96 power cuts", "most commits lost, most filesystem calls", "power was cut after operation 3,104 of 3,340",
		"The power cut took", "14 calls, 3.1 KiB", "Recovery read", "4.5 KiB", "read db/MANIFEST-000004, 512 bytes",
		"replayed db/000007.log, 4.0 KiB", "It wrote", "16 bytes", "renamed db/CURRENT.new", "It removed", "1 file", "It opened in", "412", "61 filesystem calls", "23 keys then read in 50",
		"opened again", "38 of 38 synced commits", "14 unsynced commits lost, as allowed", "1 commit in flight",
		"why that is allowed (14)", "#811", "committed without sync", "#812", "committed to memory only", "and 12 more",
		"Recovery step by step (7)", "db/CURRENT.new → db/CURRENT", `id="matrix"`,
	} {
		i := strings.Index(page[at:], next)
		require.GreaterOrEqual(t, i, 0, next)
		at += i
	}
	assert.NotContains(t, page, "<script>")
	assert.NotContains(t, page, "<img")
}

func TestAFailingReportLeavesOutTheWorstPowerCuts(t *testing.T) {
	t.Parallel()
	r := watched()
	r.Verdict = checker.Fail
	var b bytes.Buffer
	require.NoError(t, reports.HTML(&b, r))
	require.NotContains(t, b.String(), `id="worst"`)
}
