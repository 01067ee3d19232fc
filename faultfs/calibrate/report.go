package calibrate

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// WriteJSON writes the result as one indented object.
func (r *Result) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// WriteText writes the table and then all details about outcomes that the model does not allow.
func (r *Result) WriteText(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range r.rows() {
		fmt.Fprintln(t, strings.Join(row, "\t"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s\n%s", r.sentence(), r.unexpected())
	return err
}

// WriteMarkdown writes the table for GUARANTEES.md.
func (r *Result) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	for i, row := range r.rows() {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			b.WriteString(strings.Repeat("|---", len(row)) + "|\n")
		}
	}
	_, err := fmt.Fprintf(w, "%s\n%s\n", b.String(), r.sentence())
	return err
}

// rows returns the table: one row per program, one column per filesystem.
func (r *Result) rows() [][]string {
	rows := [][]string{append([]string{"program"}, r.filesystems()...)}
	for _, program := range r.programs() {
		row := []string{""}
		for _, fs := range r.filesystems() {
			c := r.cell(program, fs)
			if c == nil {
				row = append(row, "")
				continue
			}
			row[0] = c.Program + " " + c.Title
			row = append(row, c.summary())
		}
		rows = append(rows, row)
	}
	return rows
}

// summary says how many of the allowed outcomes were seen, and how many others.
func (c *Cell) summary() string {
	if c.Skipped != "" {
		return "-"
	}
	text := fmt.Sprintf("%d of %d", len(c.Allowed)-len(c.Unseen()), len(c.Allowed))
	if n := len(c.Unexpected()); n > 0 {
		text += fmt.Sprintf(", %d UNEXPECTED", n)
	}
	return text
}

// sentence sums up the result.
func (r *Result) sentence() string {
	seen, allowed := 0, 0
	for i := range r.Cells {
		if c := &r.Cells[i]; c.Skipped == "" {
			seen, allowed = seen+len(c.Allowed)-len(c.Unseen()), allowed+len(c.Allowed)
		}
	}
	return fmt.Sprintf("Kernel %s left %d of %d allowed outcomes on %d different disks, and %d that are not allowed.",
		r.Kernel, seen, allowed, r.States(), r.Unexpected())
}

// unexpected describes the outcomes that are not allowed.
func (r *Result) unexpected() string {
	var b strings.Builder
	for i := range r.Cells {
		c := &r.Cells[i]
		for _, s := range c.Unexpected() {
			fmt.Fprintf(&b, "\nUNEXPECTED %s on %s: %s\n", c.Program, c.Filesystem, s.Outcome)
			fmt.Fprintf(&b, "  seen on    %d disks\n  kernel     %s\n  survived   %s\n", s.States, s.Plan, s.State)
			if s.Image != "" {
				fmt.Fprintf(&b, "  look       mount -o loop %s DIR\n", s.Image)
			}
			fmt.Fprintf(&b, "  allowed    %s\n", strings.Join(c.Allowed, "\n             "))
			for n, op := range s.Log {
				fmt.Fprintf(&b, "    #%-4d %s\n", n, op)
			}
		}
	}
	return b.String()
}
