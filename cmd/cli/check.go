package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/reports"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

const checkText = `Judge saved findings again with the judges of this version, from the histories and the recovered states in them. No
engine is run: a change of a judge shows what it changes about old evidence.

The exit code is 1 if one is still a violation, 3 if only the engine can tell of one (then replay it), and 0 if today's
judges accept all.`

func (c *cli) checkCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "check FILE...", Short: "Judge saved findings again, without an engine", Long: checkText,
		Example: "  lightning-torture check .torture/findings/*.ltrace",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError("FILE is missing; see %s --help", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format", format, replayFormats); err != nil {
				return err
			}
			return c.runCheck(cmd.Context(), args, format)
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "`FORM` of the result: text, json")
	complete(cmd, "format", fixed(replayFormats...))
	return cmd
}

func (c *cli) runCheck(ctx context.Context, files []string, format string) error {
	worst := exitPass
	for _, file := range files {
		again, err := torture.Rejudge(ctx, c.app.Targets, file)
		if err != nil {
			return because(ctx, err)
		}
		write := reports.RejudgedText
		if format == "json" {
			write = reports.RejudgedJSON
		}
		if err := write(c.stdout, again); err != nil {
			return err
		}
		switch {
		case again.Verdict == checker.Fail:
			worst = exitViolation
		case again.Verdict == checker.Inconclusive && worst == exitPass:
			worst = exitInconclusive
		}
	}
	if worst == exitPass {
		return nil
	}
	return worst
}
