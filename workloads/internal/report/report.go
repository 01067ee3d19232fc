package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// Table has a header and rows with as many cells. Cells contain no line breaks.
type Table struct {
	Header []string
	Rows   [][]string
}

// Add appends a row.
func (t *Table) Add(cells ...string) { t.Rows = append(t.Rows, cells) }

// Text returns the table with aligned columns.
func (t *Table) Text() string {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, row := range slices.Insert(slices.Clone(t.Rows), 0, t.Header) {
		_, _ = fmt.Fprintln(w, strings.Join(row, "\t")) // writes to memory do not fail
	}
	_ = w.Flush()
	return text.String()
}

// Markdown returns the table in Markdown. Cells are taken as Markdown.
func (t *Table) Markdown() string {
	var text strings.Builder
	for _, row := range slices.Insert(slices.Clone(t.Rows), 0, t.Header, slices.Repeat([]string{"---"}, len(t.Header))) {
		fmt.Fprintf(&text, "| %s |\n", strings.Join(row, " | "))
	}
	return text.String()
}

// JSON writes v as one indented document.
func JSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}
