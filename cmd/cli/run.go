package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/cmd/internal/progress"
	"github.com/lightningdb/lightning-torture/cmd/internal/spec"
	"github.com/lightningdb/lightning-torture/reports/audits"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/gotest"
)

const runText = `Run workloads on an engine, on a disk that misbehaves, and judge every disk that a crash could leave.

Without flags, it runs for about 20 s: each workload under the common faults, and each rare fault under one workload. A pass
requires a quota of work: some crash points in each of these cells, crashes after commits that have to survive them, every
crash profile, and every dangerous situation that the engine names. The quota decides, not the clock. --for says how long to
continue once it is met. If meeting it takes longer, so does the run, up to --limit.

A fault is a name from "list faults" or a rule, such as "eio write *.log nth=3". Names may be repeated or separated by
commas; "all" stands for all of them.

The result goes to standard output, an HTML report and the findings to the output directory.

With --audit, each workload runs once, without faults and crashes. At each commit that has to survive a power cut, the audit lists
what the store has written since the previous one but not made durable, with lines of the source. These are hints, never findings.`

const runExample = `  lightning-torture run --for 10m
  lightning-torture run -w bank,kv -f power -f failed-fsync --profile posix-min
  lightning-torture run --seed 7 --rounds 1 --format junit > junit.xml
  lightning-torture run --audit --profile ext4-ordered`

// runFlags are the flags of run.
type runFlags struct {
	spec     spec.Flags
	opts     torture.Options
	shard    cmdline.Part
	coverage bool
	audit    bool
	out      outputFlags
}

func runCommand(t *tool) *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use: "run", Short: "Torture an engine", Long: runText, Example: runExample, Args: cmdline.Exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.audit {
				return runAudit(cmd.Context(), t, &f, cmd.Flags())
			}
			return run(cmd.Context(), t, &f)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	f.spec.Register(cmd, t.targetNames(), &f.opts)
	flags.StringVar(&f.opts.Scenario, "scenario", "", "`NAME` of a scenario, instead of the matrix")
	flags.DurationVar(&f.opts.For, "for", 0, "how long to continue once the quota is met (default 20s, unless --rounds is set)")
	flags.DurationVar(&f.opts.Limit, "limit", 0, "how long the quota may take (default ten times --for, at least 10m)")
	flags.IntVar(&f.opts.Rounds, "rounds", 0, "how often to go through the matrix (default until --for is over)")
	flags.Var(&f.shard, "shard", "only every N-th cell of the matrix, starting with the I-th: one of N runs that share the work")
	flags.IntVar(&f.opts.StopAfter, "stop-after", 0, "stop after `N` findings (default never)")
	flags.BoolVar(&f.audit, "audit", false, "only list what is not durable when commits are acknowledged; hints, no findings")
	flags.BoolVar(&f.coverage, "coverage", false, "report which statements of the engine never ran; needs go and the source")
	f.out.register(flags)
	completeRun(cmd)
	return cmd
}

// completeRun sets up shell completion for the flags that only run has.
func completeRun(cmd *cobra.Command) {
	cmdline.Complete(cmd, "scenario", torture.Scenarios)
	cmdline.Complete(cmd, "format", cmdline.Fixed(resultFormats...))
	cmdline.Complete(cmd, "color", cmdline.Fixed(colorChoices...))
}

// run checks the flags, tortures the target, and prints what was found.
func run(ctx context.Context, t *tool, f *runFlags) error {
	target, err := f.target(t)
	if err != nil {
		return err
	}
	if err := f.out.validate(); err != nil {
		return err
	}
	if err := f.out.prepare(); err != nil {
		return err
	}
	if f.coverage && t.getenv(coverageDir) == "" {
		return runCovered(ctx, t, target)
	}
	if t.isolate {
		return runIsolated(ctx, t, target, f)
	}
	opts := f.opts
	opts.Dir, opts.Running, opts.Journal, opts.Shard = f.out.dir, t.running, t.journal, torture.Shard(f.shard)
	opts.Workloads, opts.Faults = cmdline.Names(f.spec.Workloads), cmdline.Names(f.spec.Faults)
	line := progress.Line{W: t.stderr, Width: t.width(t.stderr), Off: f.out.quiet || f.out.noProgress}
	opts.Progress = line.Show
	started := t.now()
	covered, err := f.collect(t, &opts)
	if err != nil {
		return err
	}
	silent := engineSpeaks()
	result, err := t.check(ctx, target, opts)
	silent()
	line.Clear()
	if err != nil {
		return exit.Because(ctx, err)
	}
	if err := covered.fill(ctx, result, f.out.dir); err != nil {
		return err
	}
	f.sign(&result.Provenance, t.name, started)
	if err := publish(t, result, &f.out); err != nil {
		return err
	}
	return codeOf(ctx, result).Err()
}

// target returns the engine that the flags name.
func (f *runFlags) target(t *tool) (torture.Target, error) {
	target, ok := t.target(f.spec.Engine)
	if !ok {
		return torture.Target{}, exit.Usagef("unknown engine %q; choose one of %s", f.spec.Engine, strings.Join(t.targetNames(), ", "))
	}
	return target, nil
}

// sign completes the provenance of a result with what only the command knows.
func (f *runFlags) sign(p *torture.Provenance, name binary, started time.Time) {
	p.Program = name.command
	if p.Tool == "" {
		p.Tool = torture.Version()
	}
	if p.Command == "" {
		p.Command = f.command(name)
	}
	if p.Started == "" {
		p.Started = started.UTC().Format(time.RFC3339)
	}
}

// command returns the shortest command line that asks for the same run.
func (f *runFlags) command(name binary) string {
	words := []string{name.command + " run --engine", gotest.Quote(f.spec.Engine), "--seed", fmt.Sprint(f.opts.Seed)}
	for _, name := range cmdline.Names(f.spec.Workloads) {
		words = append(words, "-w", gotest.Quote(name))
	}
	for _, name := range cmdline.Names(f.spec.Faults) {
		words = append(words, "-f", gotest.Quote(name))
	}
	for _, flag := range []struct{ name, value string }{
		{"profile", f.opts.Profile},
		{"device", f.opts.Device},
		{"scenario", f.opts.Scenario},
		{"limits", f.opts.Limits},
		{"shard", f.shard.String()},
	} {
		if flag.value != "" {
			words = append(words, "--"+flag.name, gotest.Quote(flag.value))
		}
	}
	if f.opts.For != 0 {
		words = append(words, "--for", f.opts.For.String())
	}
	if f.opts.Limit != 0 {
		words = append(words, "--limit", f.opts.Limit.String())
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

var (
	auditFormats = []string{"text", "json"}
	// notAudited are the flags of run that mean nothing for an audit, which runs each workload once and cuts no power.
	notAudited = []string{
		"fault", "clients", "workers", "scenario", "for", "limit", "rounds", "shard", "stop-after", "coverage", "html", "dir",
	}
)

// runAudit lists what is not durable at acknowledgements. Whatever it finds is no violation.
func runAudit(ctx context.Context, t *tool, f *runFlags, given *pflag.FlagSet) error {
	target, err := f.target(t)
	if err != nil {
		return err
	}
	for _, name := range notAudited {
		if given.Changed(name) {
			return exit.Usagef("--%s means nothing with --audit, which runs each workload once, without faults and crashes: leave it out", name)
		}
	}
	if err := cmdline.OneOf("format", f.out.format, auditFormats); err != nil {
		return err
	}
	opts := f.opts
	opts.Workloads = cmdline.Names(f.spec.Workloads)
	silent := engineSpeaks()
	report, err := torture.Audit(ctx, target, opts)
	silent()
	if err != nil {
		return exit.Because(ctx, err)
	}
	if f.out.format == "json" {
		return audits.JSON(t.stdout, report)
	}
	return audits.Text(t.stdout, report)
}
