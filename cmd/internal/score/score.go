package score

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
)

// Report is a score that can be printed in every format.
type Report interface {
	WriteText(w io.Writer) error
	WriteJSON(w io.Writer) error
	WriteMarkdown(w io.Writer) error
}

// formats are the output formats of a report.
var formats = []string{"text", "json", "markdown"}

// Output holds the flags for a report.
type Output struct {
	Format string
	Quiet  bool // no progress
}

// Register adds the flags to cmd.
func (o *Output) Register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.Format, "format", "text", "`FORM` of the result: "+strings.Join(formats, ", "))
	cmd.Flags().BoolVarP(&o.Quiet, "quiet", "q", false, "no progress on standard error")
	cmdline.Complete(cmd, "format", cmdline.Fixed(formats...))
}

// Validate requires a known format.
func (o *Output) Validate() error { return cmdline.OneOf("format", o.Format, formats) }

// Write prints r in the requested format.
func (o *Output) Write(w io.Writer, r Report) error {
	switch o.Format {
	case "json":
		return r.WriteJSON(w)
	case "markdown":
		return r.WriteMarkdown(w)
	}
	return r.WriteText(w)
}

// Begin starts a line that says which change is being tried. [End] completes it.
func Begin(w io.Writer, at, all int, name string) { fmt.Fprintf(w, "%d/%d %s ... ", at, all, name) }

// End completes the line with the verdict.
func End(w io.Writer, verdict string) { fmt.Fprintln(w, verdict) }
