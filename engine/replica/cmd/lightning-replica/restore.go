package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/engine/replica"
)

const restoreLong = `Turn a copy of a checkpoint (see snapshot) into the store of the only member of a new group.
This is for a group that has lost a majority of its disks. What was committed after the checkpoint is lost. Then run the
node with serve, and let others join the new group: serve --join, member add.`

func restoreCommand() *cobra.Command {
	config := replica.Config{}
	c := &cobra.Command{
		Use: "restore", Short: "Create a new group from a checkpoint", Long: restoreLong, Args: exactly(0),
		RunE: func(*cobra.Command, []string) error {
			if config.ID == 0 || config.Dir == "" || config.Group == "" {
				return fmt.Errorf("%w: --id, --dir and --group are required", errUsage)
			}
			return replica.Restore(config)
		},
	}
	to := c.Flags()
	to.Uint64Var(&config.ID, "id", 0, "`NUMBER` of the node in the new group")
	to.StringVar(&config.Group, "group", "", "`NAME` of the new group; it must differ from the old one")
	to.StringVar(&config.Dir, "dir", "", "`DIR` that holds the copy of the checkpoint")
	return c
}
