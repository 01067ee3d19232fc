package soak

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/lap"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

const text = `Torture an engine for hours or days, remember everything, and continue after being killed.

A soak goes through the matrix lap by lap, with new seeds in each lap. Each lap runs in a child process, so an engine that panics,
spins or eats memory costs one cell of the lap, and is a finding. Each lap also has to find a planted bug. A lab that no longer
finds it is blind, and the soak ends with exit code 4. Alongside the laps, one store lives for the whole soak under mixed load,
with power cuts and a full comparison after each.

--dir begins a soak in a new directory, and --resume continues it. Every cell of every lap counts exactly once, whatever was
killed and when. Each start first replays the findings: one that does not show in three attempts is resolved, and regressed if it
comes back. DIR/known.json has verdicts by people: [{"id": "0a6c794394", "reason": "...", "link": "...", "until":
"2026-12-31"}]. Such a finding does not fail the soak until that day is over.

Memory, goroutines, open files, throughput and the figures of the long-lived store must stay flat; the documentation of
workloads/soak/flatness states the rule. SIGINT and SIGTERM end a soak within seconds, and so does --for. At its end, a soak
writes its page to DIR/report.html. With --metrics, the same page is served while the soak runs, kept up to date, and only to
this machine.`

const example = `  lightning-torture soak --for 48h --dir night
  lightning-torture soak --for 8h --dir night -w bank,kv -f power,eio --mem-limit 512MiB
  lightning-torture soak --resume night --for 48h
  lightning-torture soak status night`

// World is what the command needs to know about the binary that it is part of.
type World struct {
	Targets []torture.Target
	Stdout  io.Writer
	Stderr  io.Writer
	Now     func() time.Time
	Running func(slot int, token string) // torture.Options.Running, in a child
	Binary  string                       // how it is called, for lines to paste; empty: lightning-torture

	Programs Programs // nil: soaks are of engines only
}

// Programs lets soaks torture programs, as the command exec does. It is an interface so that binaries without that command do not depend
// on FUSE.
type Programs interface {
	// Register adds the flags that say how a program is run and judged.
	Register(to *pflag.FlagSet)
	// Program returns what the flags say about a program. An error has its exit code.
	Program(ctx context.Context, given *pflag.FlagSet, args []string, choice Choice) (*campaign.Program, error)
	// Subject returns what tortures the program, in a child.
	Subject(p *campaign.Program) (lap.Subject, error)
}

// Choice is the user's choice of cells. Programs chooses whatever is empty.
type Choice struct {
	Profile string
	Faults  []string
}

// flags are the flags of soak.
type flags struct {
	spec       SpecFlags
	life       size
	dir        string
	resume     string
	length     time.Duration
	laps       int
	memory     size
	keep       size
	sample     time.Duration
	metrics    string
	shard      cmdline.Part
	format     string
	quiet      bool
	verbose    bool
	ofPrograms []string // names of the flags that are for programs only
	program    []string // a program and its arguments; empty if an engine is tortured
}

// Command returns the command soak.
func Command(w World) *cobra.Command {
	f := flags{memory: 2 << 30, keep: 4 << 30, life: 32 << 20}
	cmd := &cobra.Command{
		Use: "soak", Short: "Torture an engine for hours or days, resumable", Long: text, Example: example, Args: onlyProgram(w.Programs),
		Annotations: map[string]string{"violation": "a finding is open, or a figure is not flat"},
		RunE: func(cmd *cobra.Command, args []string) error {
			f.program = args
			return run(cmd, w, &f)
		},
	}
	if w.Programs != nil {
		cmd.Use, cmd.Short = "soak [flags] [-- PROGRAM [ARGUMENTS]]", "Torture an engine or a program for hours or days, resumable"
		cmd.Long, cmd.Example = text+programText, example+programExample
	}
	f.register(cmd, w)
	cmd.AddCommand(statusCommand(w), reportCommand(w), mergeCommand(w), childCommand(w))
	return cmd
}

// onlyProgram refuses arguments other than a program after --.
func onlyProgram(p Programs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch at := cmd.ArgsLenAtDash(); {
		case at < 0:
			return cmdline.OnlyCommands(cmd, args)
		case at > 0:
			return exit.Usagef("unexpected argument %q before --", args[0])
		case p == nil:
			return exit.Usagef("this binary tortures its engines (--engine) and no programs, such as %s", strings.Join(args, " "))
		}
		return nil
	}
}

func (f *flags) register(cmd *cobra.Command, w World) {
	var engines []string
	for _, t := range w.Targets {
		engines = append(engines, t.Name)
	}
	to := cmd.Flags()
	to.SortFlags = false
	to.StringVar(&f.dir, "dir", "", "begin a soak in `DIR`, which is created")
	to.StringVar(&f.resume, "resume", "", "continue the soak in `DIR`, which records what is tortured")
	to.DurationVar(&f.length, "for", 0, "how long to run now (default until stopped)")
	to.IntVar(&f.laps, "laps", 0, "stop after `N` laps in total, including those before a resumption (default no limit)")
	f.spec.Register(cmd, engines)
	if w.Programs != nil {
		f.registerProgram(to, w.Programs)
	}
	to.Var(&f.life, "life", "size of the store that lives for the whole soak, which needs twice as much disk; 0: none")
	to.Var(&f.memory, "mem-limit", "memory that a child may use before it is killed")
	to.Var(&f.keep, "keep", "disk space for evidence; beyond it, a finding has only its token")
	to.Var(&f.shard, "shard", "only every N-th cell of each lap, starting with the I-th: one of N soaks that share the work")
	to.DurationVar(&f.sample, "sample", 0, "time between two measurements (default 1m, or less if --for is short)")
	to.StringVar(&f.metrics, "metrics", "", "serve the live page, /metrics for Prometheus, and /healthz on `ADDR`, such as 127.0.0.1:9464; without a host, on the loopback interface (default off)")
	to.StringVar(&f.format, "format", "text", "`FORM` of the summary: text, json")
	to.BoolVarP(&f.quiet, "quiet", "q", false, "no progress on standard error")
	to.BoolVar(&f.verbose, "verbose", false, "pass on what the engine prints")
	cmdline.Complete(cmd, "format", cmdline.Fixed(formats...))
}

var formats = []string{"text", "json"}

// specFlags are the flags whose values a resumed soak takes from its directory.
var specFlags = []string{
	"engine", "workload", "fault", "profile", "device", "seed", "clients", "ops", "keys", "limits", "points", "life",
}

func (f *flags) validate(cmd *cobra.Command) error {
	if err := cmdline.OneOf("format", f.format, formats); err != nil {
		return err
	}
	switch {
	case f.dir == "" && f.resume == "":
		return exit.Usagef("no directory is given; use --dir DIR to begin a soak, or --resume DIR to continue one")
	case f.dir != "" && f.resume != "":
		return exit.Usagef("--dir begins a soak and --resume continues one; give only one of them")
	case f.laps < 0 || f.laps > plan.MaxCount:
		return exit.Usagef("--laps is %d; give a number from 0 to %d", f.laps, plan.MaxCount)
	case f.memory != 0 && f.memory < leastMemory:
		return exit.Usagef("--mem-limit is %v; a child needs at least %v", &f.memory, new(size(leastMemory)))
	case f.life != 0 && f.life < leastLife:
		return exit.Usagef("--life is %v; give at least %v, or 0", &f.life, new(size(leastLife)))
	}
	if err := errors.Join(f.spec.Validate(), f.validateProgram(cmd.Flags())); err != nil {
		return err
	}
	if err := cmdline.Between("for", f.length, 0, plan.MaxFor); err != nil {
		return err
	}
	if err := cmdline.Between("sample", f.sample, 0, time.Hour); err != nil {
		return err
	}
	if f.resume != "" {
		for _, name := range slices.Concat(specFlags, f.ofPrograms) {
			if cmd.Flags().Changed(name) {
				return exit.Usagef("--%s is fixed when a soak begins, and %s has its own value; leave it out, or begin another soak with --dir", name, f.resume)
			}
		}
	}
	return nil
}

const (
	leastMemory = 64 << 20
	leastLife   = 1 << 20
)
