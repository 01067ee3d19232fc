// Command mutants runs every mutant of the engine through the lab and prints the score. Run it from the root of the module.
//
// Its exit code is 0 if every mutant was killed, 1 if one survived or is broken, 2 if it could not begin.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/lightningdb/lightning-torture/ci/mutants"
)

var errFormat = errors.New("--format is text or json")

type options struct {
	root, dir, only, format string
	limit                   time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.root, "root", ".", "root of the module")
	flag.StringVar(&o.dir, "mutants", "ci/mutants", "directory of the *.mutant files, relative to the root")
	flag.StringVar(&o.only, "only", "", "run this mutant alone, with or without its number")
	flag.StringVar(&o.format, "format", "text", "text or json")
	flag.DurationVar(&o.limit, "for", time.Minute, "how long the lab may look for one mutant")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	report, err := score(ctx, o)
	stop()
	if err == nil {
		err = write(report, o.format, os.Stdout)
	}
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	case !report.AllKilled():
		os.Exit(1)
	}
}

// score tries the mutants one after the other: each gets the whole machine, as a run of the lab does.
func score(ctx context.Context, o options) (report mutants.Report, err error) {
	if o.format != "text" && o.format != "json" {
		return report, errFormat
	}
	root, err := filepath.Abs(o.root)
	if err != nil {
		return report, err
	}
	all, err := mutants.Load(os.DirFS(filepath.Join(root, o.dir)))
	if err != nil {
		return report, err
	}
	chosen, err := mutants.Select(all, o.only)
	if err != nil {
		return report, err
	}
	scratch, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	lab := mutants.Lab{Root: root, Package: "./cmd/lightning-torture", For: o.limit, Scratch: scratch}
	var outcomes []mutants.Outcome
	for i, m := range chosen {
		fmt.Fprintf(os.Stderr, "%d/%d %s ...\n", i+1, len(chosen), m.Name)
		outcomes = append(outcomes, lab.Try(ctx, m))
	}
	return mutants.NewReport(outcomes), ctx.Err()
}

func write(r mutants.Report, format string, w io.Writer) error {
	if format == "json" {
		return r.WriteJSON(w)
	}
	return r.WriteText(w)
}
