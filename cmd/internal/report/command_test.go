package report_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/cmd/internal/report"
	"github.com/lightningdb/lightning-torture/reports"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

func saved(t *testing.T, dir, name, engine string, ids ...string) string {
	t.Helper()
	r := &torture.Result{Version: 1, Engine: engine, Verdict: checker.Pass, Images: 7}
	for _, id := range ids {
		r.Verdict = checker.Fail
		r.Findings = append(r.Findings, torture.Finding{ID: id, Sentence: id + " is broken", Workload: "kv", Fault: "power", Token: "LT2-X"})
	}
	var b bytes.Buffer
	require.NoError(t, reports.JSON(&b, r))
	file := filepath.Join(dir, name)
	require.NoError(t, os.WriteFile(file, b.Bytes(), 0o600))
	return file
}

func run(args ...string) (string, error) {
	cmd := report.Command("lab")
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(args)
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	err := cmd.Execute()
	return out.String(), err
}

func TestDiffExitsWithOneIfAFindingIsNew(t *testing.T) {
	dir := t.TempDir()
	a, b := saved(t, dir, "a.json", "kv", "one"), saved(t, dir, "b.json", "kv", "one", "two")
	page := filepath.Join(dir, "d.html")
	out, err := run("diff", a, b, "--html", page)
	require.ErrorIs(t, err, exit.Violation)
	require.Contains(t, out, "two is broken")
	require.Contains(t, out, "lab replay LT2-X")
	html, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Contains(t, string(html), "two is broken")

	_, err = run("diff", b, a)
	require.NoError(t, err)
}

func TestAFileThatIsNotAResultIsNamed(t *testing.T) {
	dir := t.TempDir()
	a, other := saved(t, dir, "a.json", "kv"), saved(t, dir, "other.json", "log")
	bad := filepath.Join(dir, "bad.json")
	require.NoError(t, os.WriteFile(bad, []byte("{}"), 0o600))
	soak := filepath.Join(dir, "soak.json")
	require.NoError(t, os.WriteFile(soak, []byte(`{"version":1,"campaign":"c4ca59876687","findings":[]}`), 0o600))
	for want, args := range map[string][]string{
		"bad.json is not a result of run --format json": {"diff", a, bad},
		"none.json; keep the result of a run":           {"diff", a, filepath.Join(dir, "none.json")},
		"soak.json is a soak, not the result of a run":  {"diff", a, soak},
		"only results of one engine":                    {"diff", a, other},
		"format":                                        {"diff", a, a, "--format", "xml"},
		"bad.json is not a result of run -":             {"index", bad, "--html", filepath.Join(dir, "i.html")},
	} {
		_, err := run(args...)
		require.ErrorContains(t, err, want)
		var refused *exit.Error
		require.True(t, errors.As(err, &refused) && refused.Code == exit.BadUsage, err)
	}
}

func TestIndexLinksToTheReportsNextToTheResults(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "n"), 0o700))
	a := saved(t, filepath.Join(dir, "n"), "a.json", "kv", "one")
	page := filepath.Join(dir, "index.html")
	_, err := run("index", a, "--html", page)
	require.NoError(t, err)
	html, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Contains(t, string(html), `href="n/a.html"`)
}
