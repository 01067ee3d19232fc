package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

const runText = `Run workloads on an engine, on a disk that misbehaves, and judge every disk that a crash could leave.

Without flags: every workload under every fault, about 20 s. A fault is a name of "list faults" or a rule, such as
"eio write *.log nth=3". Names may be repeated or separated by commas; "all" stands for all of them.

The result goes to standard output, an HTML report and the findings to the output directory.`

const runExample = `  lightning-torture run --for 10m
  lightning-torture run -w bank,kv -f power -f failed-fsync --profile posix-min
  lightning-torture run --seed 7 --rounds 1 --format junit > junit.xml`

// runFlags is what the flags of run say.
type runFlags struct {
	engine    string
	workloads []string
	faults    []string
	opts      torture.Options
	out       outputFlags
}

func (c *cli) runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use: "run", Short: "Torture an engine", Long: runText, Example: runExample, Args: arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error { return c.run(cmd.Context(), &f) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.engine, "engine", c.defaultEngine(), "`NAME` of the engine under test")
	flags.StringArrayVarP(&f.workloads, "workload", "w", nil, "`NAMES` of workloads (default all)")
	flags.StringArrayVarP(&f.faults, "fault", "f", nil, "`NAMES` of faults, or a rule (default all)")
	flags.StringVar(&f.opts.Profile, "profile", "", "`NAME` of what a crash may keep unsynced (default posix-min)")
	flags.StringVar(&f.opts.Device, "device", "", "`WORDS` for what the disk does at a power cut (default whole sectors of 512)")
	flags.StringVar(&f.opts.Scenario, "scenario", "", "`NAME` of a scenario, instead of the matrix")
	flags.Uint64Var(&f.opts.Seed, "seed", 1, "seed of everything")
	flags.DurationVar(&f.opts.For, "for", 0, "how long to go on starting runs (default 20s, unless --rounds is set)")
	flags.IntVar(&f.opts.Rounds, "rounds", 0, "how often to go through the matrix (default until --for is over)")
	flags.IntVar(&f.opts.Clients, "clients", 0, "concurrent clients of a workload (default 1 to 4, by seed)")
	flags.IntVar(&f.opts.Ops, "ops", 0, "operations a client (default by seed)")
	flags.IntVar(&f.opts.Keys, "keys", 0, "keys loaded before the clients start (default by seed)")
	flags.IntVar(&f.opts.Workers, "workers", 0, "crash points explored at once (default one a CPU)")
	flags.IntVar(&f.opts.StopAfter, "stop-after", 0, "stop after so many findings (default go on)")
	f.out.register(flags)
	c.completeRun(cmd)
	return cmd
}

// run checks the flags, then tortures, then says what was found.
func (c *cli) run(ctx context.Context, f *runFlags) error {
	target, ok := c.engine(f.engine)
	if !ok {
		return usageError("unknown engine %q; choose one of %s", f.engine, strings.Join(c.engineNames(), ", "))
	}
	if err := f.out.validate(); err != nil {
		return err
	}
	if err := f.out.prepare(); err != nil {
		return err
	}
	if c.parent {
		return c.runApart(ctx, target, f)
	}
	opts := f.opts
	opts.Dir, opts.Running = f.out.dir, c.running
	opts.Workloads, opts.Faults = named(f.workloads), named(f.faults)
	line := c.progress(&f.out)
	opts.Progress = line.show
	started := c.now()
	result, err := c.check(ctx, target, opts)
	line.clear()
	if err != nil {
		return because(ctx, err)
	}
	c.sign(&result.Provenance, f, started)
	if err := c.publish(result, &f.out); err != nil {
		return err
	}
	if code := exitOf(ctx, result); code != exitPass {
		return code
	}
	return nil
}

// because gives a signal as the reason, if that is what stopped the run.
func because(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// named splits lists at commas; it is empty, which means everything, if all is among the names.
func named(lists []string) []string {
	var names []string
	for _, list := range lists {
		for name := range strings.SplitSeq(list, ",") {
			if name = strings.TrimSpace(name); name == "all" {
				return nil
			}
			names = append(names, name)
		}
	}
	return names
}

// sign says where the result comes from, as far as the lab has not said it.
func (c *cli) sign(p *torture.Provenance, f *runFlags, started time.Time) {
	if p.Tool == "" {
		p.Tool = torture.Version()
	}
	if p.Command == "" {
		p.Command = f.command()
	}
	if p.Started == "" {
		p.Started = started.UTC().Format(time.RFC3339)
	}
}

// command is the shortest command line that asks for the same run, whatever was typed.
func (f *runFlags) command() string {
	words := []string{"lightning-torture run --engine", quoted(f.engine), "--seed", fmt.Sprint(f.opts.Seed)}
	for _, name := range named(f.workloads) {
		words = append(words, "-w", quoted(name))
	}
	for _, name := range named(f.faults) {
		words = append(words, "-f", quoted(name))
	}
	for _, flag := range []struct{ name, value string }{
		{"profile", f.opts.Profile}, {"device", f.opts.Device}, {"scenario", f.opts.Scenario},
	} {
		if flag.value != "" {
			words = append(words, "--"+flag.name, quoted(flag.value))
		}
	}
	if f.opts.For != 0 {
		words = append(words, "--for", f.opts.For.String())
	}
	for _, flag := range []struct {
		name  string
		value int
	}{
		{"rounds", f.opts.Rounds},
		{"clients", f.opts.Clients},
		{"ops", f.opts.Ops},
		{"keys", f.opts.Keys},
		{"workers", f.opts.Workers},
		{"stop-after", f.opts.StopAfter},
	} {
		if flag.value != 0 {
			words = append(words, "--"+flag.name, fmt.Sprint(flag.value))
		}
	}
	return strings.Join(words, " ")
}

// quoted makes s one word of a shell.
func quoted(s string) string {
	if s != "" && !strings.ContainsAny(s, " \t\n'\"\\$`*?[]{}()<>|&;#~!") {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
