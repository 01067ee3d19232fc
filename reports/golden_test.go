package reports_test

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/reports"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

var update = flag.Bool("update", false, "rewrite the golden files; read the diff before you commit it")

func TestFormsMatchTheGoldenFiles(t *testing.T) {
	text := func(opts reports.TextOptions) func(io.Writer, *torture.Result) error {
		return func(w io.Writer, r *torture.Result) error { return reports.Text(w, r, opts) }
	}
	for file, form := range map[string]struct {
		result *torture.Result
		write  func(io.Writer, *torture.Result) error
	}{
		"pass.txt":         {passing(), text(reports.TextOptions{Report: ".torture/report.html"})},
		"fail.txt":         {failing(), text(reports.TextOptions{Report: ".torture/report.html"})},
		"fail-brief.txt":   {failing(), text(reports.TextOptions{Brief: true})},
		"inconclusive.txt": {inconclusive(), text(reports.TextOptions{})},
		"interrupted.txt":  {interrupted(), text(reports.TextOptions{Color: true})},
		"fail.md":          {failing(), reports.Summary},
		"interrupted.md":   {interrupted(), reports.Summary},
		"fail.xml":         {failing(), reports.JUnit},
		"inconclusive.xml": {inconclusive(), reports.JUnit},
		"interrupted.json": {interrupted(), reports.JSON},
	} {
		t.Run(file, func(t *testing.T) {
			var b bytes.Buffer
			require.NoError(t, form.write(&b, form.result))
			requireGolden(t, file, withoutCatalog(b.String()))
		})
	}
}

// withoutCatalog drops the lines that change whenever the lab gets a new workload, fault or profile.
func withoutCatalog(s string) string {
	var kept []string
	for line := range strings.Lines(s) {
		if !strings.Contains(line, " left out: ") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

func requireGolden(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}
