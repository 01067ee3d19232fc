package mutants

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/internal/report"
)

// WriteMarkdown writes the contents of ci/mutants/MATRIX.md: the matrix, the mutants that simpler disks would have missed, the
// origin of each bug, and what the explanations of lost data name.
func (r Report) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s.\n\n", strings.ReplaceAll(r.score(), "\n", "; "))
	b.WriteString(r.matrix().Markdown())
	r.writeMissed(&b)
	b.WriteString("\n" + r.bugs().Markdown())
	if t := r.explanations(); len(t.Rows) > 0 {
		b.WriteString("\n" + t.Markdown())
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// matrix has a row for each mutant: how it was killed, and which faults and profiles kill it alone.
func (r Report) matrix() *report.Table {
	table := &report.Table{Header: []string{"mutant", "killed after", "by judge", "finding", "in", "edges", "operations"}}
	if len(r.Columns) > 0 {
		table.Header = append(table.Header, "shows alone under, after")
	}
	for _, c := range r.Columns {
		if c.Simple {
			table.Header = append(table.Header, "with "+c.Name)
		}
	}
	for _, o := range r.Outcomes {
		after, in := o.Verdict.String(), "-"
		if o.Verdict == Killed {
			after, in = fmt.Sprintf("%.1f s", o.Seconds), o.Workload+" × "+o.Fault+", "+o.Profile
		}
		cells := []string{o.Mutant, after, dash(o.Judge), dash(o.Class), in, o.edges(), o.operations()}
		if len(r.Columns) > 0 {
			cells = append(cells, dash(r.faultsOf(&o)))
		}
		for _, c := range r.Columns {
			if c.Simple {
				cells = append(cells, o.cell(c.Name))
			}
		}
		table.Add(cells...)
	}
	return table
}

// faultsOf lists the faults that kill a mutant alone, each with the time to the kill.
func (r Report) faultsOf(o *Outcome) string {
	var shows []string
	for _, c := range r.Columns {
		if seconds := o.cell(c.Name); !c.Simple && seconds != dash("") {
			shows = append(shows, c.Name+" "+seconds)
		}
	}
	return strings.Join(shows, ", ")
}

// edges returns the number of missing orders in the explanation, and says whether it names the changed function.
func (o *Outcome) edges() string {
	switch p := o.Proof; {
	case p == nil || p.Why == "":
		return "-"
	case !p.OneEdge:
		return "several"
	case !p.Named:
		return "one, elsewhere"
	}
	return "one"
}

func (o *Outcome) operations() string {
	if o.Proof == nil || !o.Proof.Shrunk {
		return "-"
	}
	return strconv.Itoa(o.Proof.Operations)
}

// writeMissed lists the mutants that a test on a simpler disk would not have found.
func (r Report) writeMissed(b *strings.Builder) {
	for _, c := range r.Columns {
		if c.Simple {
			fmt.Fprintf(b, "\nProfile `%s` misses %d: %s.\n", c.Name, len(r.Missed[c.Name]),
				dash(strings.Join(r.Missed[c.Name], ", ")))
		}
	}
}

// explanations has a row for each durability mutant that was killed: which parts of the explanation the changed function made.
func (r Report) explanations() *report.Table {
	table := &report.Table{Header: []string{"mutant", "changed", "made by it", "explanation"}}
	for _, o := range r.Outcomes {
		if p := o.Proof; p != nil && o.MutantClass == "durability" {
			table.Add(o.Mutant, strings.Join(p.Changed, ", "), dash(strings.Join(p.Roles, ", ")), dash(p.Why))
		}
	}
	return table
}

// bugs has a row for each mutant: the planted bug, and where it was seen before.
func (r Report) bugs() *report.Table {
	table := &report.Table{Header: []string{"mutant", "class", "planted bug", "seen before in"}}
	for _, o := range r.Outcomes {
		table.Add(o.Mutant, o.MutantClass, o.Bug, o.Reference)
	}
	return table
}
