package mutants

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// WriteMarkdown writes what is committed beside the mutants: the matrix, what simpler disks would have missed, and where
// each bug comes from.
func (r Report) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s.\n\n", strings.ReplaceAll(r.score(), "\n", "; "))
	r.matrix(&b)
	r.missed(&b)
	r.bugs(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (r Report) matrix(b *strings.Builder) {
	header := []string{"mutant", "killed after", "by judge", "finding", "in", "edges", "operations"}
	if len(r.Columns) > 0 {
		header = append(header, "shows alone under, after")
	}
	for _, c := range r.Columns {
		if c.Simple {
			header = append(header, "with "+c.Name)
		}
	}
	row(b, header)
	row(b, slices.Repeat([]string{"---"}, len(header)))
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
		row(b, cells)
	}
}

// faultsOf lists the faults that show a mutant alone, each with the seconds that it took.
func (r Report) faultsOf(o *Outcome) string {
	var shows []string
	for _, c := range r.Columns {
		if seconds := o.cell(c.Name); !c.Simple && seconds != dash("") {
			shows = append(shows, c.Name+" "+seconds)
		}
	}
	return strings.Join(shows, ", ")
}

// edges says whether the explanation is of one missing order, and whether it names the place.
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

func (r Report) missed(b *strings.Builder) {
	for _, c := range r.Columns {
		if c.Simple {
			fmt.Fprintf(b, "\nProfile `%s` misses %d: %s.\n", c.Name, len(r.Missed[c.Name]),
				dash(strings.Join(r.Missed[c.Name], ", ")))
		}
	}
}

func (r Report) bugs(b *strings.Builder) {
	b.WriteString("\n")
	row(b, []string{"mutant", "class", "planted bug", "seen before in"})
	row(b, slices.Repeat([]string{"---"}, 4))
	for _, o := range r.Outcomes {
		row(b, []string{o.Mutant, o.MutantClass, o.Bug, o.Reference})
	}
}

func row(b *strings.Builder, cells []string) {
	fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | "))
}
