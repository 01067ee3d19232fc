package lightning

import "github.com/spf13/cobra"

// Commands returns new commands, to be added to one binary.
func Commands() []*cobra.Command { return []*cobra.Command{engineCommand(), mutantsCommand()} }
