package trials

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/internal/report"
)

// WriteJSON writes the report as one JSON document.
func (r Report) WriteJSON(w io.Writer) error { return report.JSON(w, r) }

// WriteText writes the score, then the mutants that survived at least one judge.
func (r Report) WriteText(w io.Writer) error {
	var b strings.Builder
	for _, line := range r.sentences() {
		b.WriteString(line + "\n")
	}
	for _, rows := range [][]Row{r.Kinds, r.Parts, {r.Total}} {
		b.WriteString("\n" + r.table(rows).Text())
	}
	for _, s := range r.Survivors {
		fmt.Fprintf(&b, "\n%s\n  %s, %s\n", s.ID, s.Place(), s.fate())
		for line := range strings.Lines(s.Diff) {
			b.WriteString("  " + line)
		}
	}
	for _, p := range r.Problems {
		b.WriteString("\nproblem: " + p)
	}
	if len(r.Problems) > 0 {
		b.WriteString("\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteMarkdown writes the same as WriteText, in Markdown.
func (r Report) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	for _, line := range r.sentences() {
		b.WriteString(line + "\n\n")
	}
	all := append(append([]Row{}, r.Kinds...), r.Total)
	b.WriteString(r.table(all).Markdown() + "\n" + r.table(r.Parts).Markdown())
	for i, killed := range []string{"Killed by no judge", "Killed by some judges"} {
		fmt.Fprintf(&b, "\n## %s\n", killed)
		for _, s := range r.Survivors {
			if (len(s.Killers) > 0) == (i == 1) {
				fmt.Fprintf(&b, "\n`%s`, line %d: %s\n\n```diff\n%s```\n", s.ID, s.Line, s.fate(), s.Diff)
			}
		}
	}
	if len(r.Problems) > 0 {
		b.WriteString("\n## Problems\n\n")
		for _, p := range r.Problems {
			b.WriteString("- " + p + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// sentences returns sentences about what was tried and the result.
func (r Report) sentences() []string {
	tried := fmt.Sprintf("%d mutants of %s were judged, a uniform sample of %d with the seed %s.", r.Total.Mutants,
		strings.Join(r.Packages, " "), r.Population, r.Seed)
	if r.Commit != "" {
		tried += " The commit is " + r.Commit + "."
	}
	lines := []string{tried, fmt.Sprintf("Skipped: %d that do not compile, %d that compile to the same code, %d that compile to the same code as another.",
		r.Skipped.NotCompiled, r.Skipped.Equivalent, r.Skipped.Duplicate)}
	if r.Total.Excused > 0 {
		lines = append(lines, fmt.Sprintf("%d of them are equivalent or a matter of speed, and do not count: %d do.", r.Total.Excused, r.Total.Counted()))
	}
	if n := r.Total.Counted() - r.Total.Any; n > 0 {
		lines = append(lines, fmt.Sprintf("Killed by no judge: %d, of which %d are unreachable and %d missed.", n,
			r.Total.Classes[string(Unreachable)], r.Total.Classes[string(Missed)]))
	}
	if len(r.Judges) > 1 {
		lines = append(lines, "Killed by at least one judge: "+share(r.Total.Any, r.Total.Counted())+".")
	}
	for _, j := range r.Judges {
		line := fmt.Sprintf("Killed by %s: %s", j, share(r.Total.Killed[j], r.Total.Counted()))
		if n := r.Total.Timeout[j]; n > 0 {
			line += fmt.Sprintf(", %d of them by a timeout", n)
		}
		if n := r.Total.Unreached[j]; n > 0 {
			line += fmt.Sprintf("; it never executes %d", n)
		}
		if n := r.Total.Broken[j]; n > 0 {
			line += fmt.Sprintf("; no answer about %d", n)
		}
		lines = append(lines, line+".")
	}
	if r.Pending > 0 {
		lines = append(lines, fmt.Sprintf("%d are still to be judged.", r.Pending))
	}
	if r.Outdated > 0 {
		lines = append(lines, fmt.Sprintf("%d answers are from other commits.", r.Outdated))
	}
	return lines
}

// share formats a part of a whole with its percentage.
func share(part, whole int) string {
	if whole == 0 {
		return "0 of 0"
	}
	return fmt.Sprintf("%d of %d (%.1f %%)", part, whole, 100*float64(part)/float64(whole))
}

// table returns the rows as a table.
func (r Report) table(rows []Row) *report.Table {
	t := &report.Table{Header: []string{"", "mutants", "excused"}}
	for _, j := range r.Judges {
		t.Header = append(t.Header, j, "unreached")
		if len(r.Judges) > 1 {
			t.Header = append(t.Header, j+" alone")
		}
	}
	t.Header = append(t.Header, "nobody")
	for _, row := range rows {
		cells := []string{row.Name, fmt.Sprint(row.Mutants), fmt.Sprint(row.Excused)}
		for _, j := range r.Judges {
			cells = append(cells, fmt.Sprint(row.Killed[j]), fmt.Sprint(row.Unreached[j]))
			if len(r.Judges) > 1 {
				cells = append(cells, fmt.Sprint(row.Alone[j]))
			}
		}
		cells = append(cells, fmt.Sprint(row.Counted()-row.Any))
		t.Add(cells...)
	}
	return t
}

// fate says briefly who killed a mutant and why others did not.
func (s Survivor) fate() string {
	text := "killed by nobody"
	if len(s.Killers) > 0 {
		text = "killed by " + strings.Join(s.Killers, ", ") + " alone"
	}
	var unreached []string
	for _, name := range slices.Sorted(maps.Keys(s.Answers)) {
		if s.Answers[name].Unreached {
			unreached = append(unreached, name)
		}
	}
	if len(unreached) > 0 {
		text += ", never executed by " + strings.Join(unreached, ", ")
	}
	text += "; " + string(s.Class)
	if s.Argument != "" {
		return text + ": " + s.Argument
	}
	return text + ": not yet looked at"
}
