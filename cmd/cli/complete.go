package cli

import (
	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// completeRun sets up shell completion for the flags that only run has.
func completeRun(cmd *cobra.Command) {
	cmdline.Complete(cmd, "scenario", torture.Scenarios)
	cmdline.Complete(cmd, "format", cmdline.Fixed(resultFormats...))
	cmdline.Complete(cmd, "color", cmdline.Fixed(colorChoices...))
}
