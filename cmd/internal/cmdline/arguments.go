package cmdline

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
)

// Exactly requires one positional argument for each name.
func Exactly(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return missing(cmd, names[len(args)])
		case len(args) > len(names):
			return exit.Usagef("unexpected argument %q; see %s --help", args[len(names)], cmd.CommandPath())
		}
		return nil
	}
}

// AtLeastOne requires a positional argument.
func AtLeastOne(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return missing(cmd, name)
		}
		return nil
	}
}

func missing(cmd *cobra.Command, name string) error {
	return exit.Usagef("%s is missing; see %s --help", name, cmd.CommandPath())
}

// OnlyCommands is for a command with subcommands: any argument that reaches it is an unknown subcommand.
func OnlyCommands(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return exit.Usagef("unknown command %q; choose one of %s", args[0], strings.Join(Commands(cmd), ", "))
}

// Commands returns the names of the subcommands of parent that are listed in its help.
func Commands(parent *cobra.Command) []string {
	var names []string
	for _, cmd := range parent.Commands() {
		if cmd.IsAvailableCommand() || cmd.Name() == "help" {
			names = append(names, cmd.Name())
		}
	}
	return names
}
