package cli

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

func versionCommand(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cmdline.Exactly(),
		RunE: func(*cobra.Command, []string) error {
			own := ""
			if t.name.short != labName {
				own = t.name.short + ", "
			}
			_, err := fmt.Fprintf(t.stdout, "%s%s %s (%s, %s/%s)\n",
				own, labName, torture.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
