package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/reports"
	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
)

var (
	resultFormats = []string{"text", "json", "junit", "markdown"}
	colorChoices  = []string{"auto", "always", "never"}
)

// outputFlags are the flags that say where a result goes and what it looks like.
type outputFlags struct {
	format     string
	html       string
	dir        string
	color      string
	quiet      bool
	noProgress bool
}

func (o *outputFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&o.format, "format", "text", "`FORM` of the result: "+strings.Join(resultFormats, ", "))
	flags.StringVar(&o.html, "html", "", "`PATH` of the HTML report (default report.html in the output directory)")
	flags.StringVar(&o.dir, "dir", ".torture", "`DIR` of all output; created if need be")
	flags.BoolVarP(&o.quiet, "quiet", "q", false, "no progress; in text format, print only the verdict and the findings")
	flags.StringVar(&o.color, "color", "auto", "`WHEN` to colour text: "+strings.Join(colorChoices, ", "))
	flags.BoolVar(&o.noProgress, "no-progress", false, "no progress on standard error")
}

func (o *outputFlags) validate() error {
	if err := cmdline.OneOf("format", o.format, resultFormats); err != nil {
		return err
	}
	if o.dir == "" {
		return exit.Usagef("--dir must name a directory")
	}
	return cmdline.OneOf("color", o.color, colorChoices)
}

// prepare checks that the report can be written, before a run that may take a day. The lab does the same for the
// output directory.
func (o *outputFlags) prepare() error {
	if o.html == "" {
		o.html = filepath.Join(o.dir, "report.html")
		return nil
	}
	if info, err := os.Stat(o.html); err == nil && info.IsDir() {
		return fmt.Errorf("%w: --html %s is a directory", torture.ErrHost, o.html)
	}
	if err := makeWritable(filepath.Dir(o.html)); err != nil {
		return fmt.Errorf("%w: report %s: %w", torture.ErrHost, o.html, err)
	}
	return nil
}

func makeWritable(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return hostdisk.CheckWritable(dir)
}

// publish prints the result and writes the report. If the report cannot be written, the result is printed all the same.
func publish(t *tool, r *torture.Result, o *outputFlags) error {
	reportErr := writeReport(o.html, r)
	text := reports.TextOptions{Color: colored(t, o.color), Brief: o.quiet, Report: o.html, Test: t.testLine(r.Engine)}
	if reportErr != nil {
		reportErr = fmt.Errorf("%w: %w", torture.ErrHost, reportErr)
		text.Report = ""
	}
	var printErr error
	switch o.format {
	case "json":
		printErr = reports.JSON(t.stdout, r)
	case "junit":
		printErr = reports.JUnit(t.stdout, r)
	case "markdown":
		printErr = reports.Summary(t.stdout, r)
	default:
		printErr = reports.Text(t.stdout, r, text)
	}
	return errors.Join(printErr, reportErr)
}

// testLine returns what reports.TextOptions calls Test: nil unless the test of a finding must be in the package of main.
func (t *tool) testLine(engine string) func(torture.Finding) string {
	if target, _ := t.target(engine); target.Go.Package != inMain {
		return nil
	}
	return func(f torture.Finding) string { return t.home.Line(f.Test, evidence.TestName(nil, &f)) }
}

func writeReport(path string, r *torture.Result) error {
	var page bytes.Buffer
	if err := reports.HTML(&page, r); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return hostdisk.WriteFile(path, 0o644, func(w io.Writer) error {
		_, err := page.WriteTo(w)
		return err
	})
}

// colored reports whether text is printed in color: the flag decides, then NO_COLOR and TERM, then whether standard
// output is a terminal.
func colored(t *tool, choice string) bool {
	if choice != "auto" {
		return choice == "always"
	}
	return t.getenv("NO_COLOR") == "" && t.getenv("TERM") != "dumb" && t.width(t.stdout) > 0
}
