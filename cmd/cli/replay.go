package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/reports"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

const replayText = `Show a failure again, from the token that a run printed or from the file that it saved.

A token of a run with one client replays bit for bit. With more clients it replays the same script and the same faults,
but not the same schedule: --attempts says how often to try. A saved finding replays from its evidence.`

var replayFormats = []string{"text", "json"}

func (c *cli) replayCommand() *cobra.Command {
	var opts torture.ReplayOptions
	var format, color string
	cmd := &cobra.Command{
		Use: "replay TOKEN|FILE", Short: "Show a failure again", Long: replayText, Args: arguments("TOKEN or FILE"),
		Example: "  lightning-torture replay TOKEN --attempts 20",
		RunE: func(cmd *cobra.Command, args []string) error {
			if opts.Attempts < 1 {
				return usageError("--attempts must be at least 1")
			}
			if err := oneOf("format", format, replayFormats); err != nil {
				return err
			}
			if err := oneOf("color", color, colorChoices); err != nil {
				return err
			}
			return c.runReplay(cmd.Context(), args[0], opts, format, color)
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&opts.Attempts, "attempts", 1, "how often to try: `N`")
	flags.StringVar(&opts.Dir, "dir", ".torture", "`DIR` where findings were saved")
	flags.StringVar(&format, "format", "text", "`FORM` of the result: text, json")
	flags.StringVar(&color, "color", "auto", "`WHEN` to colour text: auto, always, never")
	complete(cmd, "format", fixed(replayFormats...))
	complete(cmd, "color", fixed(colorChoices...))
	return cmd
}

func (c *cli) runReplay(
	ctx context.Context, tokenOrFile string, opts torture.ReplayOptions, format, color string,
) error {
	if c.parent {
		return c.replayApart(ctx, tokenOrFile, opts, format, color)
	}
	result, err := c.replay(ctx, c.app.Targets, tokenOrFile, opts)
	if err != nil {
		return because(ctx, err)
	}
	return c.tellReplay(ctx, result, format, color)
}

func (c *cli) tellReplay(ctx context.Context, result *torture.ReplayResult, format, color string) (err error) {
	if format == "json" {
		err = reports.ReplayJSON(c.stdout, result)
	} else {
		err = reports.ReplayText(c.stdout, result, reports.TextOptions{Color: c.colored(color)})
	}
	switch {
	case err != nil:
		return err
	case result.Reproduced:
		return exitViolation
	case ctx.Err() != nil:
		return context.Cause(ctx)
	default:
		return exitDiverged
	}
}
