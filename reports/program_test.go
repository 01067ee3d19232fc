package reports_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/reports"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

func TestLinesToPasteCallTheBinaryThatMadeTheResult(t *testing.T) {
	const program = "go run example.com/mine/cmd/torture"
	r := failing()
	r.Provenance.Program = program
	finding := r.Findings[0]
	replayed := &torture.ReplayResult{Reproduced: true, Attempts: 1, Hits: 1, Finding: &finding, Program: program}
	rejudged := &torture.Rejudged{File: "a.ltrace", Verdict: checker.Inconclusive, Reason: "who knows", Program: program}
	for name, form := range map[string]struct {
		write  func(io.Writer) error
		replay string
	}{
		"text":     {func(w io.Writer) error { return reports.Text(w, r, reports.TextOptions{}) }, finding.Token},
		"HTML":     {func(w io.Writer) error { return reports.HTML(w, r) }, finding.Token},
		"JUnit":    {func(w io.Writer) error { return reports.JUnit(w, r) }, finding.Token},
		"summary":  {func(w io.Writer) error { return reports.Summary(w, r) }, finding.Token},
		"replay":   {func(w io.Writer) error { return reports.ReplayText(w, replayed, reports.TextOptions{}) }, finding.Token},
		"rejudged": {func(w io.Writer) error { return reports.RejudgedText(w, rejudged) }, "a.ltrace"},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			require.NoError(t, form.write(&b))
			require.Contains(t, b.String(), program+" replay "+form.replay)
			require.NotContains(t, b.String(), "lightning-torture replay")
		})
	}
	var b bytes.Buffer
	require.NoError(t, reports.JSON(&b, r))
	require.NotContains(t, b.String(), program, "JSON does not contain the name of the binary")
}
