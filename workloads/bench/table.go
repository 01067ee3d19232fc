package bench

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

var header = []string{
	"work", "g", "engine", "median", "min..max", "/" + Reference, "p50 µs", "p99 µs", "p99.9 µs", "cpu µs", "/" + Reference,
	"written", "space", "RSS MB", "others",
}

// Text writes a result as a table for a terminal.
func Text(w io.Writer, r *Result) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s entries of %d + %d bytes, %d rounds, %d CPUs, %s, %s\n\n",
		grouped(float64(r.Entries)), keyBytes, valueBytes, r.Rounds, r.CPUs, r.System, r.Go)
	table := [][]string{header}
	for i, row := range r.Rows {
		if i > 0 && (r.Rows[i-1].Work != row.Work || r.Rows[i-1].Goroutines != row.Goroutines) {
			table = append(table, nil)
		}
		table = append(table, row.cells())
	}
	writeTable(out, table)
	for _, note := range append(remarks(r), r.Notes...) {
		fmt.Fprintf(out, "\n%s.", note)
	}
	fmt.Fprintln(out)
	return out.Flush()
}

// remarks returns sentences about figures that have no column because few works have them.
func remarks(r *Result) []string {
	var all []string
	if r.Interrupted {
		all = append(all, "Interrupted: the figures cover only the rounds, and parts of a round, that were completed")
	}
	for _, row := range r.Rows {
		if row.Work == "recover" {
			all = append(all, fmt.Sprintf("%s lost %s acknowledged entries when its process was killed", row.Engine, grouped(row.Lost)))
		}
		if row.Retries > 0 {
			all = append(all, fmt.Sprintf("%s retried each transfer of %s at %d goroutines %.2f times on average", row.Engine, row.Work,
				row.Goroutines, row.Retries))
		}
	}
	return all
}

func (r Row) cells() []string {
	cells := []string{
		r.Work, fmt.Sprint(r.Goroutines), r.Engine, short(r.Figure) + " " + r.Unit,
		short(r.FigureMin) + ".." + short(r.FigureMax), optional("%.2f", r.RatioToPebble),
	}
	for _, us := range []float64{r.P50, r.P99, r.P999, r.CPUPerOp} {
		cells = append(cells, some(us))
	}
	return append(cells, optional("%.2f", r.CPURatio), optional("%.2f", r.WriteAmp), optional("%.2f", r.SpaceAmp), optional("%.0f", r.PeakRSS),
		fmt.Sprintf("%.0f %%", 100*r.OthersCPU))
}

func some(us float64) string {
	if us == 0 {
		return ""
	}
	return short(us)
}

func optional(format string, value float64) string {
	if value == 0 {
		return ""
	}
	return fmt.Sprintf(format, value)
}

// short formats a number with about three significant digits.
func short(x float64) string {
	switch {
	case x >= 1e6:
		return fmt.Sprintf("%.2fM", x/1e6)
	case x >= 1e4:
		return fmt.Sprintf("%.0fK", x/1e3)
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}

// grouped formats a whole number with commas.
func grouped(x float64) string {
	s := fmt.Sprintf("%.0f", x)
	for at := len(s) - 3; at > 0; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}

// writeTable aligns work and engine to the left and numbers to the right. A row without cells becomes a blank line.
func writeTable(out io.Writer, table [][]string) {
	widths := make([]int, len(header))
	for _, row := range table {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range table {
		var line strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i == 0 || i == 2 {
				line.WriteString(cell + pad + "  ")
			} else {
				line.WriteString(pad + cell + "  ")
			}
		}
		fmt.Fprintln(out, strings.TrimRight(line.String(), " "))
	}
}
