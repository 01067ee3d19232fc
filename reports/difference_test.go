package reports_test

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/reports"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// found returns a result with four cells. ids maps a workload to the ID of the finding in its cell; the idle ones did not
// run.
func found(ids map[string]string, idle ...string) *torture.Result {
	r := &torture.Result{Version: 1, Verdict: checker.Pass, Engine: "kv", Images: 100, CrashPoints: 10}
	for _, w := range []string{"bank", "kv", "swap", "log"} {
		c := torture.Cell{Workload: w, Fault: "power", Runs: 1, Images: 25}
		for _, none := range idle {
			if none == w {
				c.Runs, c.Images = 0, 0
			}
		}
		if id := ids[w]; id != "" {
			c.Findings, r.Verdict = 1, checker.Fail
			r.Findings = append(r.Findings, torture.Finding{ID: id, Sentence: id + " is broken.", Workload: w, Fault: "power", Token: "LT2-" + id, Count: 1})
		}
		r.Cells = append(r.Cells, c)
	}
	return r
}

func idsOf(findings []torture.Finding) []string {
	ids := []string{}
	for _, f := range findings {
		ids = append(ids, f.ID)
	}
	return ids
}

func TestFindingsOfTwoRunsAreCompared(t *testing.T) {
	before := found(map[string]string{"bank": "old", "kv": "fixed", "log": "hidden"}, "swap")
	after := found(map[string]string{"bank": "old", "swap": "fresh"}, "log")
	d := reports.Compare(before, after)
	require.Equal(t, [][]string{{"fresh"}, {"old"}, {"fixed"}, {}, {"hidden"}},
		[][]string{idsOf(d.New), idsOf(d.Ongoing), idsOf(d.Resolved), idsOf(d.Regressed), idsOf(d.Unseen)})
	require.True(t, d.Worse())

	back := reports.Compare(after, found(map[string]string{"bank": "old", "kv": "fixed"}))
	require.Equal(t, []string{"fixed"}, idsOf(back.Regressed), "its cell passed before")
	require.Equal(t, []string{"fresh"}, idsOf(back.Resolved))
	require.False(t, reports.Compare(before, before).Worse())
}

func TestAFindingIsResolvedOnceAllItsCellsPass(t *testing.T) {
	before := found(map[string]string{"bank": "wide"})
	before.Findings[0].AlsoIn = []string{"swap × power"}
	require.Equal(t, []string{"wide"}, idsOf(reports.Compare(before, found(nil, "swap")).Unseen))
	require.Equal(t, []string{"wide"}, idsOf(reports.Compare(before, found(nil)).Resolved))
}

func TestFormsOfADifference(t *testing.T) {
	before := found(map[string]string{"bank": "old", "kv": "fixed"})
	d := reports.Compare(before, found(map[string]string{"bank": "old", "swap": "worse"}))
	for _, write := range []func(io.Writer, *reports.Difference) error{reports.DifferenceText, reports.DifferenceHTML, reports.DifferenceJSON} {
		var b bytes.Buffer
		require.NoError(t, write(&b, d))
		for _, id := range []string{"old", "fixed", "worse"} {
			require.Contains(t, b.String(), id+" is broken.")
		}
		require.Contains(t, b.String(), "LT2-worse")
		require.NotContains(t, b.String(), "null")
	}
	var b bytes.Buffer
	require.NoError(t, reports.DifferenceJSON(&b, d))
	var form struct {
		Worse     bool
		Regressed []struct{ ID string }
	}
	require.NoError(t, json.Unmarshal(b.Bytes(), &form))
	require.True(t, form.Worse)
	require.Equal(t, "worse", form.Regressed[0].ID)
}
