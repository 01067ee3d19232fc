package cli

import (
	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/soak"
)

// soakCommand is the command soak with the targets of the App.
func soakCommand(t *tool) *cobra.Command {
	return soak.Command(soak.World{
		Targets: t.app.Targets, Program: t.name.command, Stdout: t.stdout, Stderr: t.stderr, Now: t.now, Running: t.running,
	})
}
