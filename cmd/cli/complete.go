package cli

import (
	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// completeRun lets the shell complete the values of the flags of run.
func completeRun(t *tool, cmd *cobra.Command) {
	cmdline.Complete(cmd, "engine", cmdline.Fixed(t.targetNames()...))
	cmdline.Complete(cmd, "workload", torture.Workloads)
	cmdline.Complete(cmd, "fault", torture.Faults)
	cmdline.Complete(cmd, "profile", torture.Profiles)
	cmdline.Complete(cmd, "scenario", torture.Scenarios)
	cmdline.Complete(cmd, "format", cmdline.Fixed(resultFormats...))
	cmdline.Complete(cmd, "color", cmdline.Fixed(colorChoices...))
}
