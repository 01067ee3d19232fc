package cli

import (
	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// completeRun lets the shell complete the values of those flags of run that no other command has.
func completeRun(cmd *cobra.Command) {
	cmdline.Complete(cmd, "scenario", torture.Scenarios)
	cmdline.Complete(cmd, "format", cmdline.Fixed(resultFormats...))
	cmdline.Complete(cmd, "color", cmdline.Fixed(colorChoices...))
}
