package programs_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/reports/programs"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/torture/explain"
)

func report() *programs.Report {
	return &programs.Report{Seconds: 2.5, Result: &program.Result{
		Program: []string{"store", "<b>", program.Dir}, Way: "fuse", Profile: "posix-min", Ops: 40, Acks: 2,
		Tally: program.Tally{Points: 9, Exhaustive: 9, Images: 30, Failed: 4},
		Findings: []program.Finding{{
			ID: "1", Sentence: "row <1> is lost", Profile: "posix-min", Tick: 7, Acked: 1, LastAck: "row <1>", Count: 4, Shown: 4, ShownOf: 4,
			File: "findings/1.lrec", Output: []string{"one row"},
			Explanation: &explain.Explanation{
				Sentence: "it was acknowledged before the remove of journal was durable", Missing: &explain.Site{Tick: 7, Op: "remove", Path: "journal"},
			},
			Shrunk: &program.Shrunk{Sentence: "1 loss suffices in place of 5"},
			Calls: []program.Call{
				{Tick: 4, Text: "write db [0,4096)", Fate: "durable"},
				{Tick: 5, Text: "sync {dir}, a directory"},
				{Tick: 6, Text: `acknowledged "row <1>"`},
				{Tick: 7, Text: "remove journal", Fate: "lost", Source: "kv/db.c:80 from kv/<main>.c:9", Stack: []string{"kv/db.c:80 commit", "in the program kv"}},
				{Tick: 8, Text: "truncate log 9 -> 5", Fate: "kept"},
				{Tick: 9, Text: "write wal [0,9) (EIO)"},
			},
		}},
	}}
}

func TestThePageShowsTheFinding(t *testing.T) {
	t.Parallel()
	var page bytes.Buffer
	require.NoError(t, programs.HTML(&page, report()))
	for _, want := range []string{
		"row &lt;1&gt; is lost", "it was acknowledged before the remove of journal was durable", "lightning-torture replay findings/1.lrec",
		"1 loss suffices in place of 5", "one row", "power cut at tick 7", ">journal<", ">{dir}<", "[0,4096)", ">log<", "9 -&gt; 5", ">wal<", "(EIO)", "kv/db.c:80 from kv/&lt;main&gt;.c:9", "<li><code>kv/db.c:80 commit</code></li><li><code>in the program kv</code></li>", "4 of 30 crash images were wrong",
	} {
		assert.Contains(t, page.String(), want)
	}
	assert.NotContains(t, page.String(), "<b>")
}

func TestTheTextShowsTheFewestSteps(t *testing.T) {
	t.Parallel()
	for want, s := range map[string]program.Steps{
		"  steps    3 suffice in place of 100\n":                                                    {Given: 100, Fewest: 3, Least: true},
		"  steps    1 suffices in place of 2\n":                                                     {Given: 2, Fewest: 1, Least: true},
		"  steps    9; with fewer, it was not found again\n":                                        {Given: 9, Fewest: 9, Least: true},
		"  steps    3 suffice in place of 9; fewer may suffice, but time ran out after 1 attempt\n": {Given: 9, Fewest: 3, Tries: 1},
	} {
		r := report()
		r.Findings[0].Steps = &s
		var text bytes.Buffer
		require.NoError(t, programs.Text(&text, r))
		assert.Contains(t, text.String(), want)
	}
}

func TestTheTextShowsWhatABlockDeviceLost(t *testing.T) {
	t.Parallel()
	for want, lost := range map[string][]string{
		"by ext4, power cut after flush 7, with 1 of 3 writes since then lost, after 1 acknowledgement":       {"write db [0,4096)"},
		"by ext4, power cut after flush 7, with nothing lost that was written since then, after 1 acknowledg": nil,
	} {
		r := report()
		r.Findings[0].Blocks = &program.BlockCut{Filesystem: "ext4", Flush: 7, Pending: 3, Lost: lost}
		var text bytes.Buffer
		require.NoError(t, programs.Text(&text, r))
		assert.Contains(t, text.String(), want)
	}
}

func TestTheTextShowsTheFinding(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	r := report()
	r.Findings[0].Output = []string{"main.check(0x1)", "\t/src/kv/check.go:7 +0x2"}
	require.NoError(t, programs.Text(&text, r))
	assert.Contains(t, text.String(), "\n    main.check(0x1)\n      /src/kv/check.go:7 +0x2\n")
	assert.Contains(t, text.String(), "✗ 1  row <1> is lost\n  recovery: under posix-min, power cut at tick 7, after 1 acknowledgement")
	assert.Contains(t, text.String(), "       7 lost     remove journal  at kv/db.c:80 from kv/<main>.c:9\n")
	assert.Contains(t, text.String(), "  shrunk   1 loss suffices in place of 5\n")
}
