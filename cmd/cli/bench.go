package cli

import (
	"context"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/workloads/bench"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

const benchText = `Do the same work on several engines, interleaved, in several rounds, on a real disk, and print the medians.

All engines have 16-byte keys in random order, incompressible values of 100 bytes, the write-ahead log on, compression off,
memtables of 64 MiB, a cache of 256 MiB and bloom filters of 10 bits per key. Each measurement runs in a fresh process.
Everything that is read is compared with what was written. Lightning's Buffered promises what Pebble's NoSync does.

The ratio to Pebble is the median of the rounds' ratios. Compare that, because the speed of the machine drifts.
A checkout of lightning-torture also measures Pebble, Badger, goleveldb and bbolt: go -C workloads/targets/bench run . bench
What is measured and how: workloads/bench/doc.go.

Works:
`

const benchExample = `  lightning-torture bench --work put-nosync,get
  lightning-torture bench --entries 100000 --rounds 3 --format json > bench.json`

// childCommand is a hidden command: bench calls it to measure in a fresh process.
const childCommand = "bench-child"

type benchFlags struct {
	engines, works []string
	format         string
	quiet          bool
	opts           bench.Options
}

func benchCommand(t *tool) *cobra.Command {
	var f benchFlags
	cmd := &cobra.Command{
		Use: "bench", Short: "Measure engines against each other", Long: benchText + describeWorks(), Example: benchExample,
		Annotations: map[string]string{ViolationAnnotation: "a wrong result"},
		Args:        cmdline.Exactly(), RunE: func(cmd *cobra.Command, _ []string) error { return runBench(cmd.Context(), t, &f) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringArrayVar(&f.engines, "engine", nil, "`NAMES` of engines (default all)")
	flags.StringArrayVar(&f.works, "work", nil, "`NAMES` of works (default all)")
	flags.IntSliceVar(&f.opts.Goroutines, "goroutines", nil, "`NUMBERS` of goroutines, for works that have a choice (default by work)")
	flags.IntVar(&f.opts.Entries, "entries", bench.DefaultEntries, "`N` entries in a store")
	flags.IntVar(&f.opts.Rounds, "rounds", bench.DefaultRounds, "`N` times through everything")
	flags.StringVar(&f.opts.Dir, "dir", "", "`DIR` of the stores, on the disk to measure (default the system's temporary one)")
	flags.DurationVar(&f.opts.Wait, "wait", bench.DefaultWait, "how long to wait, at most, until others leave the CPUs")
	flags.StringVar(&f.opts.ProfileDir, "cpuprofile", "", "`DIR` for a CPU profile of each measurement")
	flags.StringVar(&f.format, "format", "text", "`FORM` of the result: "+strings.Join(benchFormats, ", "))
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no progress on standard error")
	cmdline.Complete(cmd, "engine", cmdline.Fixed(benchNames(t)...))
	cmdline.Complete(cmd, "work", workChoices)
	cmdline.Complete(cmd, "format", cmdline.Fixed(benchFormats...))
	return cmd
}

var benchFormats = []string{"text", "json"}

// runBench checks the flags, measures, and prints.
func runBench(ctx context.Context, t *tool, f *benchFlags) error {
	if err := cmdline.OneOf("format", f.format, benchFormats); err != nil {
		return err
	}
	if remedy := elsewhere(cmdline.Names(f.engines), t.app.Bench); remedy != "" {
		return exit.Usagef("%s", remedy)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	o := f.opts
	for name, flag := range map[string]*int{"entries": &o.Entries, "rounds": &o.Rounds} {
		if *flag == 0 { // to the library, 0 means the default
			return exit.Usagef("--%s is 0; give at least 1", name)
		}
	}
	if o.Wait <= 0 {
		o.Wait = -1
	}
	o.Engines, o.Works, o.Child = cmdline.Names(f.engines), cmdline.Names(f.works), []string{self, childCommand}
	if !f.quiet {
		o.Progress = func(doing string) { fmt.Fprintln(t.stderr, doing) }
	}
	result, err := bench.Run(ctx, t.app.Bench, o)
	if err != nil {
		return exit.Because(ctx, err)
	}
	if f.format == "json" {
		err = bench.JSON(t.stdout, result)
	} else {
		err = bench.Text(t.stdout, result)
	}
	if err == nil && result.Interrupted {
		return exit.Because(ctx, nil)
	}
	return err
}

// benchChildCommand measures one engine for the process that started it.
func benchChildCommand(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: childCommand, Hidden: true, Args: cmdline.Exactly(),
		RunE: func(*cobra.Command, []string) error { return bench.Child(t.app.Bench, os.Stdin, t.stdout) },
	}
}

func benchNames(t *tool) []string {
	var names []string
	for _, e := range t.app.Bench {
		names = append(names, e.Name)
	}
	return names
}

// describeWorks lists the works for the help.
func describeWorks() string {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, w := range bench.Works() {
		fmt.Fprintf(table, "  %s\t%s\n", w.Name, w.Text)
	}
	_ = table.Flush() // it writes to memory
	return text.String()
}

func workChoices() []torture.Choice {
	var all []torture.Choice
	for _, w := range bench.Works() {
		all = append(all, torture.Choice{Name: w.Name, Text: w.Text})
	}
	return all
}
