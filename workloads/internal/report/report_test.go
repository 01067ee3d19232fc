package report_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/internal/report"
)

func TestForms(t *testing.T) {
	table := report.Table{Header: []string{"name", "n"}}
	table.Add("a long one", "1")
	table.Add("b", "2")
	require.Equal(t, "name        n\na long one  1\nb           2\n", table.Text())
	require.Equal(t, "| name | n |\n| --- | --- |\n| a long one | 1 |\n| b | 2 |\n", table.Markdown())
	var text strings.Builder
	require.NoError(t, report.JSON(&text, struct{ N int }{1}))
	require.Equal(t, "{\n  \"N\": 1\n}\n", text.String())
}
