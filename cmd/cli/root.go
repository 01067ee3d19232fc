package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

const overview = `lightning-torture tests what is left of a storage engine's data after power cuts, lost syncs and disk errors.

Try:

  lightning-torture run                    every workload under every fault, about 20 s
  lightning-torture run -w bank -f power   one field of the matrix
  lightning-torture list faults            what can go wrong
  lightning-torture litmus                 what a power cut may leave, by filesystem
  lightning-torture engine verify DIR      check a Lightning store

A failure prints one line that shows it again: lightning-torture replay TOKEN

All commands: lightning-torture help
`

func (c *cli) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "lightning-torture",
		Short:         "Tests what is left of a storage engine's data after a crash",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return usageError("unknown command %q; choose one of %s", args[0], strings.Join(commandNames(cmd), ", "))
		},
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprint(c.stdout, overview)
			return err
		},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError("%w; see %s --help", err, cmd.CommandPath())
	})
	root.SetHelpCommand(helpCommand())
	root.AddCommand(c.runCommand(), c.replayCommand(), c.checkCommand(), c.litmusCommand(), c.wasmexecCommand(),
		c.mutantsCommand(), c.mutateCommand(), c.listCommand(), c.engineCommand(), c.versionCommand(), exitCodesTopic())
	if len(c.app.Bench) > 0 {
		root.AddCommand(c.benchCommand(), c.benchChildCommand())
	}
	root.AddCommand(c.app.Commands...)
	return root
}

func commandNames(root *cobra.Command) []string {
	var names []string
	for _, cmd := range root.Commands() {
		if cmd.IsAvailableCommand() || cmd.Name() == "help" {
			names = append(names, cmd.Name())
		}
	}
	return names
}

// helpCommand is cobra's, but does not take an unknown topic for a success.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND|TOPIC]", Short: "Help about a command or a topic",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usageError("unknown help topic %q; choose one of %s, exit-codes", args[0],
					strings.Join(commandNames(cmd.Root()), ", "))
			}
			return about.Help()
		},
	}
}

// arguments demands exactly the named arguments.
func arguments(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return usageError("%s is missing; see %s --help", names[len(args)], cmd.CommandPath())
		case len(args) > len(names):
			return usageError("unexpected argument %q; see %s --help", args[len(names)], cmd.CommandPath())
		}
		return nil
	}
}
