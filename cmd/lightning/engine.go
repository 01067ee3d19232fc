package lightning

import (
	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/cli"
	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
)

const engineText = `Look at the files of a Lightning store, and copy, save and repair stores.

A store is a directory. It must not be open elsewhere; wal, sst and manifest look at single files and do not mind. Only
repair, restore and checkpoint make or change a store, only backup and prune a repository of backups; the others change
nothing, though a file LOCK may be made.

Keys and values are printed as Go strings in double quotes; with --format json they are "key" and "value", or
"key_base64" and "value_base64" where they are not UTF-8. dump and wal print one JSON object a line.

Damage is a finding, exit code 1. A directory that is no store is exit code 2, a store that is open elsewhere 4.`

// engineCommand is the parent of all commands that work on stores.
func engineCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "engine", Short: "Look at, verify, copy, save and repair Lightning stores", Long: engineText,
		Args: cmdline.OnlyCommands,
		Annotations: map[string]string{
			cli.ViolationAnnotation: "damage", cli.TryAnnotation: "engine verify DIR	check a Lightning store",
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		verifyCommand(), dumpCommand(), lsmCommand(), walCommand(), sstCommand(), manifestCommand(),
		checkpointCommand(), backupCommand(), backupsCommand(), restoreCommand(), pruneCommand(),
		repairCommand(),
	)
	return cmd
}
