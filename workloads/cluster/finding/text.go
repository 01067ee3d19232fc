package finding

import (
	"fmt"
	"io"
	"strings"
)

// Write writes the finding as text.
func (f *Finding) Write(to io.Writer) {
	fmt.Fprintf(to, "✗ %s\n", f.Violation)
	add := func(name, text string) {
		if text != "" {
			fmt.Fprintf(to, "  %-8s %s\n", name, text)
		}
	}
	add("breaks", string(f.Violation.Class))
	add("first", f.First)
	add("word", f.Word)
	if f.Order != nil {
		add("why", f.Order.Sentence)
	}
	add("shrunk", f.Shrunk.sentence())
	for i, n := range f.Needs {
		name := ""
		if i == 0 {
			name = "needs"
		}
		fmt.Fprintf(to, "  %-8s %s\n", name, n.sentence())
	}
	f.writeTimeline(to)
	for i, also := range f.Also {
		if i == alsoMax {
			add("also", fmt.Sprintf("%d more violations of this seed", len(f.Also)-i))
			break
		}
		add("also", also)
	}
}

// alsoMax limits the other violations that are printed.
const alsoMax = 3

func (f *Finding) writeTimeline(to io.Writer) {
	if len(f.Timeline) == 0 {
		return
	}
	fmt.Fprintf(to, "\n  what happens; ● is needed\n")
	if f.Omitted > 0 {
		fmt.Fprintf(to, "    %6s   %d lines left out\n", "", f.Omitted)
	}
	for _, l := range f.Timeline {
		mark := " "
		if l.Needed {
			mark = "●"
		}
		fmt.Fprintf(to, "    %6d %s %s\n", l.Step, mark, l.Text)
	}
	fmt.Fprintln(to)
}

func (n *Need) sentence() string {
	text := fmt.Sprintf("step %d: %s", n.At, n.Text)
	if n.Loss {
		text += ", and it matters what its disk loses"
	}
	switch {
	case !n.Needed:
		return text + " (it fails without that, too)"
	case n.Without != "":
		return text + " (without it another promise is broken: " + n.Without + ")"
	}
	return text
}

func (s *Shrunk) sentence() string {
	if s == nil {
		return ""
	}
	text := fmt.Sprintf("from %s to %s, in %d runs", s.Before.sentence(), s.After.sentence(), s.Runs)
	if !s.Minimal {
		text += "; perhaps more can be left out"
	}
	return text
}

func (s *Size) sentence() string {
	return strings.Join([]string{count(s.Steps, "step"), count(s.Faults, "fault"), count(s.Messages, "disturbed message"), count(s.Operations, "operation")}, ", ")
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
