package lightning

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
)

var storeFormats = []string{"text", "json"}

// storeCommand returns a subcommand of engine. Its run function receives one argument for each name and returns what to
// print.
func storeCommand(
	use, short string, names []string, run func(cmd *cobra.Command, args []string) (printable, error),
) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: use, Short: short, Args: cmdline.Exactly(names...),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cmdline.OneOf("format", format, storeFormats); err != nil {
				return err
			}
			return unlessStopped(cmd.Context(), func() error {
				result, failed := run(cmd, args)
				return conclude(cmd.OutOrStdout(), format, result, failed)
			})
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&format, "format", "text", "`FORM` of the output: text, json")
	cmdline.Complete(cmd, "format", cmdline.Fixed(storeFormats...))
	return cmd
}

// conclude prints the result of a command and returns its error.
func conclude(w io.Writer, format string, result printable, failed error) (err error) {
	if failed != nil && !errors.As(failed, new(printFirst)) {
		return storeError(failed)
	}
	if format == "json" {
		err = result.json(w)
	} else {
		err = result.text(w)
	}
	if err = errors.Join(failed, err); err == nil && result.damaged() {
		return exit.Violation
	}
	return storeError(err)
}

// grace is how long an interrupted command may take to remove what it has half finished.
const grace = 2 * time.Second

// unlessStopped calls do and returns its error. If a signal cancels ctx first, unlessStopped waits for do to end and
// returns the signal. If do does not end soon, because a disk or the reader of the output does not respond, the process
// ends without it. That is safe at any point, because the engine sees it as a crash.
func unlessStopped(ctx context.Context, do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		if err == nil {
			return nil
		}
	case <-time.NewTimer(grace).C:
	}
	return context.Cause(ctx)
}
