package lightning

import (
	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/cli"
	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
)

const engineText = `Inspect, verify, copy, back up and repair Lightning stores.

A store is a directory. It must not be open elsewhere, except for wal, sst and manifest, which read single files. Only
repair, restore and checkpoint create or change a store, and only backup and prune change a repository of backups. The
others change nothing, although they may create a LOCK file.

Keys and values are printed as Go strings in double quotes; with --format json they are "key" and "value", or
"key_base64" and "value_base64" if they are not valid UTF-8. dump and wal print one JSON object per line.

The exit code is 1 for damage, 2 for a directory that is not a store, and 4 for a store that is open elsewhere.`

// engineCommand is the parent of all commands that work on stores.
func engineCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "engine", Short: "Inspect, verify, copy, back up and repair Lightning stores", Long: engineText,
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
