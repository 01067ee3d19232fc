package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/reports"
	"github.com/lightningdb/lightning-torture/reports/soaks"
	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Violation says what exit code 1 means.
const Violation = "findings are new or regressed"

// Command returns the command report. The program is how the binary is called, for lines to paste.
func Command(program string) *cobra.Command {
	cmd := &cobra.Command{
		Use: "report", Short: "Compare results, and list many of them", Args: cmdline.OnlyCommands,
		Long: "Make pages of results that were saved with --format json.",
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(diffCommand(program), indexCommand())
	return cmd
}

const diffText = `Compare two results of one engine that were saved with --format json: which findings are new, ongoing, resolved or
regressed. A finding is identified by what is broken, not by where it shows. One that is gone counts as resolved only if the
cells that had shown it pass in the later result.

The exit code is 1 if there are new or regressed findings, and 0 otherwise.`

var diffFormats = []string{"text", "json"}

func diffCommand(program string) *cobra.Command {
	var format, html string
	cmd := &cobra.Command{
		Use: "diff BEFORE AFTER", Short: "Compare two results: what is new, ongoing, resolved, regressed", Long: diffText,
		Example: "  lightning-torture run --format json > after.json\n  lightning-torture report diff before.json after.json --html diff.html",
		Args:    cmdline.Exactly("BEFORE", "AFTER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cmdline.OneOf("format", format, diffFormats); err != nil {
				return err
			}
			return diff(cmd.OutOrStdout(), args, program, format, html)
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "`FORM` of the answer: text, json")
	cmd.Flags().StringVar(&html, "html", "", "`PATH` of an HTML page to write")
	cmdline.Complete(cmd, "format", cmdline.Fixed(diffFormats...))
	return cmd
}

func diff(w io.Writer, files []string, program, format, html string) error {
	var both [2]*torture.Result
	for i, file := range files {
		r, err := load(file, program)
		if err != nil {
			return err
		}
		both[i] = r
	}
	if a, b := both[0].Engine, both[1].Engine; a != b {
		return exit.Usagef("%s is of engine %s and %s of %s; only results of one engine can be compared", files[0], a, files[1], b)
	}
	d, write := reports.Compare(both[0], both[1]), reports.DifferenceText
	if format == "json" {
		write = reports.DifferenceJSON
	}
	if err := write(w, d); err != nil {
		return err
	}
	if html != "" {
		if err := save(html, func(w io.Writer) error { return reports.DifferenceHTML(w, d) }); err != nil {
			return err
		}
	}
	if d.Worse() {
		return exit.Violation.Err()
	}
	return nil
}

// load reads a result.
func load(file, program string) (*torture.Result, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, exit.Usagef("there is no %s; keep the result of a run with run --format json", file)
	} else if err != nil {
		return nil, exit.With(exit.BadUsage, err)
	}
	r := &torture.Result{}
	if err := json.Unmarshal(text, r); err != nil || r.Version == 0 {
		return nil, exit.Usagef("%s is not a result of run --format json", file)
	}
	var soak struct {
		Campaign string `json:"campaign"`
	}
	if err := json.Unmarshal(text, &soak); err == nil && soak.Campaign != "" {
		return nil, exit.Usagef("%s is a soak, not the result of a run; a soak itself says which findings are new, ongoing, resolved or regressed: soak report DIR", file)
	}
	r.Provenance.Program = program
	return r, nil
}

// save writes a page completely or not at all.
func save(path string, write func(io.Writer) error) error {
	var page bytes.Buffer
	if err := write(&page); err != nil {
		return err
	}
	err := hostdisk.WriteFile(path, 0o644, func(w io.Writer) error {
		_, err := page.WriteTo(w)
		return err
	})
	if err != nil {
		return exit.With(exit.HostFault, fmt.Errorf("report %s: %w", path, err))
	}
	return nil
}

const indexText = `Write a page that lists results and links to their reports. Each FILE was saved with --format json; its report is
expected next to it, with the extension .html.`

func indexCommand() *cobra.Command {
	var html string
	cmd := &cobra.Command{
		Use: "index FILE...", Short: "List many results on one page", Long: indexText,
		Example: "  lightning-torture report index nightly/*.json --html nightly/index.html", Args: cmdline.AtLeastOne("FILE"),
		RunE: func(_ *cobra.Command, args []string) error { return index(args, html) },
	}
	cmd.Flags().StringVar(&html, "html", "index.html", "`PATH` of the page")
	return cmd
}

func index(files []string, html string) error {
	var entries []soaks.Entry
	for _, file := range files {
		r, err := load(file, "")
		if err != nil {
			return err
		}
		report := strings.TrimSuffix(file, filepath.Ext(file)) + ".html"
		if relative, err := filepath.Rel(filepath.Dir(html), report); err == nil {
			report = relative
		}
		entries = append(entries, soaks.Entry{Path: filepath.ToSlash(report), Result: r})
	}
	return save(html, func(w io.Writer) error { return soaks.Index(w, entries) })
}
