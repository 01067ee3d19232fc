package cli

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

func (c *cli) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: arguments(),
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(c.stdout, "lightning-torture %s (%s, %s/%s)\n",
				torture.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
