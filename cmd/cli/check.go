package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/reports"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

const checkText = `Judge saved findings again with the judges of this version, from the histories and the recovered states in them. No
engine is run, so this shows how a change to a judge affects old evidence.

The exit code is 1 if any finding is still a violation, 3 if only the engine can tell (then replay it), and 0 if today's
judges accept all of them. A file that is not a saved finding ends the command with 2; the error says what it is instead.`

func checkCommand(t *tool) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "check FILE...", Short: "Judge saved findings again, without an engine", Long: checkText,
		Example: "  lightning-torture check .torture/findings/*.ltrace",
		Args:    cmdline.AtLeastOne("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cmdline.OneOf("format", format, findingFormats); err != nil {
				return err
			}
			return check(cmd.Context(), t, args, format)
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "`FORM` of the result: text, json")
	cmdline.Complete(cmd, "format", cmdline.Fixed(findingFormats...))
	return cmd
}

func check(ctx context.Context, t *tool, files []string, format string) error {
	write := reports.RejudgedText
	if format == "json" {
		write = reports.RejudgedJSON
	}
	worst := exit.Pass
	for _, file := range files {
		if kind := t.app.saved(file); kind != nil {
			err := kind.Again(ctx, t.stdout, file, SavedOptions{Attempts: 1, JSON: format == "json", Binary: t.name.command})
			switch {
			case errors.Is(err, exit.Violation):
				worst = exit.Violation
			case !errors.Is(err, exit.Diverged):
				return err
			}
			continue
		}
		again, err := torture.Rejudge(ctx, t.app.Targets, file)
		if err != nil {
			return exit.Because(ctx, err)
		}
		again.Program = t.name.command
		if err := write(t.stdout, again); err != nil {
			return err
		}
		switch {
		case again.Verdict == checker.Fail:
			worst = exit.Violation
		case again.Verdict == checker.Inconclusive && worst == exit.Pass:
			worst = exit.Inconclusive
		}
	}
	return worst.Err()
}
