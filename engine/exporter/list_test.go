package exporter_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/exporter"
)

var update = flag.Bool("update", false, "write METRICS.md")

func TestMetricsList(t *testing.T) {
	t.Parallel()
	var list bytes.Buffer
	fmt.Fprint(&list, "# Metrics of a Lightning store\n\n",
		"Made by `go test -run TestMetricsList -update` from the table in table.go. Every series also has the label `store`.\n\n",
		"| metric | kind | labels | meaning |\n|---|---|---|---|\n")
	for _, m := range exporter.Metrics() {
		fmt.Fprintf(&list, "| `%s` | %s | %s | %s |\n", m.Name, m.Kind, strings.Join(m.Labels, ", "), m.Help)
	}
	if *update {
		require.NoError(t, os.WriteFile("METRICS.md", list.Bytes(), 0o644))
	}
	found, err := os.ReadFile("METRICS.md")
	require.NoError(t, err)
	require.Equal(t, list.String(), string(found), "run: go test -run TestMetricsList -update")
}
