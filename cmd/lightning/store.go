package lightning

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
)

var storeFormats = []string{"text", "json"}

// storeCommand returns a subcommand of engine. Its run gets an argument for each name and returns what to print.
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
			result, failed := run(cmd, args)
			if failed != nil && !errors.As(failed, new(printFirst)) {
				return storeError(failed)
			}
			var err error
			if format == "json" {
				err = result.json(cmd.OutOrStdout())
			} else {
				err = result.text(cmd.OutOrStdout())
			}
			if err = errors.Join(failed, err); err == nil && result.damaged() {
				return exit.Violation
			}
			return storeError(err)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&format, "format", "text", "`FORM` of the output: text, json")
	cmdline.Complete(cmd, "format", cmdline.Fixed(storeFormats...))
	return cmd
}
