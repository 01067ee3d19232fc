package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/reports"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

const replayText = `Show a failure again, from the token that a run printed or from the file that it saved.

A token of a run with one client replays bit for bit. With more clients, the script and the faults are the same but the
schedule is not; --attempts says how often to try. A saved finding replays from its evidence.`

// findingFormats are the output formats of replay and check.
var findingFormats = []string{"text", "json"}

// replayFlags are the flags of replay.
type replayFlags struct {
	opts          torture.ReplayOptions
	format, color string
}

func replayCommand(t *tool) *cobra.Command {
	var f replayFlags
	cmd := &cobra.Command{
		Use: "replay TOKEN|FILE", Short: "Show a failure again", Long: replayText, Args: cmdline.Exactly("TOKEN or FILE"),
		Example:     "  lightning-torture replay TOKEN --attempts 20",
		Annotations: map[string]string{ViolationAnnotation: "the failure was seen again"},
		RunE:        func(cmd *cobra.Command, args []string) error { return replay(cmd.Context(), t, args[0], &f) },
	}
	flags := cmd.Flags()
	flags.IntVar(&f.opts.Attempts, "attempts", 1, "how often to try: `N`")
	flags.DurationVar(&f.opts.For, "for", 0, "how long to keep trying (default until all attempts are made)")
	flags.StringVar(&f.opts.Dir, "dir", ".torture", "`DIR` where findings were saved")
	flags.StringVar(&f.format, "format", "text", "`FORM` of the result: text, json")
	flags.StringVar(&f.color, "color", "auto", "`WHEN` to colour text: auto, always, never")
	cmdline.Complete(cmd, "format", cmdline.Fixed(findingFormats...))
	cmdline.Complete(cmd, "color", cmdline.Fixed(colorChoices...))
	return cmd
}

func (f *replayFlags) validate() error {
	if f.opts.Attempts < 1 {
		return exit.Usagef("--attempts must be at least 1")
	}
	if f.opts.Attempts > plan.MaxCount {
		return exit.Usagef("--attempts is %d; give at most %d", f.opts.Attempts, plan.MaxCount)
	}
	if f.opts.For < 0 || f.opts.For > plan.MaxFor {
		return exit.Usagef("--for is %v; give a duration from 0 to %v", f.opts.For, plan.MaxFor)
	}
	if err := cmdline.OneOf("format", f.format, findingFormats); err != nil {
		return err
	}
	return cmdline.OneOf("color", f.color, colorChoices)
}

func replay(ctx context.Context, t *tool, tokenOrFile string, f *replayFlags) error {
	if err := f.validate(); err != nil {
		return err
	}
	if kind := t.app.saved(tokenOrFile); kind != nil {
		o := SavedOptions{Attempts: f.opts.Attempts, JSON: f.format == "json", Binary: t.name.command}
		return kind.Again(ctx, t.stdout, tokenOrFile, o)
	}
	if t.isolate {
		return replayIsolated(ctx, t, tokenOrFile, f)
	}
	silent := engineSpeaks()
	result, err := t.replay(ctx, t.app.Targets, tokenOrFile, f.opts)
	silent()
	if err != nil {
		return exit.Because(ctx, err)
	}
	return printReplay(ctx, t, result, f)
}

func printReplay(ctx context.Context, t *tool, result *torture.ReplayResult, f *replayFlags) (err error) {
	result.Program = t.name.command
	if f.format == "json" {
		err = reports.ReplayJSON(t.stdout, result)
	} else {
		err = reports.ReplayText(t.stdout, result, reports.TextOptions{Color: colored(t, f.color)})
	}
	switch {
	case err != nil:
		return err
	case result.Reproduced:
		return exit.Violation
	case ctx.Err() != nil:
		return context.Cause(ctx)
	default:
		return exit.Diverged
	}
}
