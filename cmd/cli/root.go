package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/cmd/internal/judge"
	"github.com/lightningdb/lightning-torture/cmd/internal/report"
	"github.com/lightningdb/lightning-torture/cmd/internal/skeleton"
	"github.com/lightningdb/lightning-torture/cmd/internal/yields"
	"github.com/lightningdb/lightning-torture/cmd/soak"
)

// rootCommand returns the root of all commands.
func rootCommand(t *tool) *cobra.Command {
	root := &cobra.Command{
		Use:           t.name.short,
		Short:         "Tests what is left of a storage engine's data after a crash",
		Annotations:   map[string]string{cobra.CommandDisplayNameAnnotation: t.name.command},
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cmdline.OnlyCommands,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprint(t.stdout, overview(t))
			return err
		},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return exit.Usagef("%w; see %s --help", err, cmd.CommandPath())
	})
	root.SetHelpCommand(helpCommand())
	all := commands(t)
	root.AddCommand(all...)
	root.AddCommand(exitCodesTopic(all))
	nameInExamples(root, t.name)
	return root
}

// commands returns all commands of the binary, in the order in which the exit codes are explained.
func commands(t *tool) []*cobra.Command {
	compare := report.Command(t.name.command)
	compare.Annotations = map[string]string{ViolationAnnotation: report.Violation}
	all := []*cobra.Command{runCommand(t), soak.Command(soakWorld(t)), replayCommand(t), checkCommand(t), judge.Command(), compare}
	if len(t.app.Bench) > 0 {
		all = append(all, benchCommand(t), benchChildCommand(t))
	}
	all = append(all, t.app.Commands...)
	return append(all, litmusCommand(t), wasmexecCommand(t), yields.Command(), mutateCommand(t), skeleton.Command(), listCommand(t), versionCommand(t))
}

// soakWorld returns what the command soak needs to know about this binary.
func soakWorld(t *tool) soak.World {
	return soak.World{
		Targets: t.app.Targets, Stdout: t.stdout, Stderr: t.stderr, Now: t.now, Running: t.running, Binary: t.name.command, Programs: t.app.Programs,
	}
}

// nameInExamples makes the examples of all commands call this binary.
func nameInExamples(cmd *cobra.Command, name binary) {
	cmd.Example = name.inExample(cmd.Example)
	for _, sub := range cmd.Commands() {
		nameInExamples(sub, name)
	}
}

const overviewText = `NAME tests what is left of a storage engine's data after power cuts, lost syncs and disk errors.

Try:

  COMMAND run                    every workload, every fault at least once; about 20 s
  COMMAND run -w bank -f power   one cell of the matrix
  COMMAND soak --for 8h --dir night   lap after lap; resumable after a kill
  COMMAND list faults            what can go wrong
  COMMAND litmus                 what a power cut may leave, by filesystem
  COMMAND judge history.edn      histories that other tools recorded
OWN
A failure prints one line that shows it again: COMMAND replay TOKEN

All commands: COMMAND help
`

// overview returns what the binary prints when called without arguments.
func overview(t *tool) string {
	var own strings.Builder
	for _, cmd := range t.app.Commands {
		if try, text, ok := strings.Cut(cmd.Annotations[TryAnnotation], "\t"); ok {
			fmt.Fprintf(&own, "  %s %-22s %s\n", t.name.command, try, text)
		}
	}
	return strings.NewReplacer("NAME", t.name.short, "COMMAND", t.name.command, "OWN\n", own.String()+"\n").Replace(overviewText)
}

// helpCommand is cobra's help command, except that an unknown topic is an error.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND|TOPIC]", Short: "Help about a command or a topic",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return exit.Usagef("unknown help topic %q; choose one of %s, exit-codes", args[0],
					strings.Join(cmdline.Commands(cmd.Root()), ", "))
			}
			return about.Help()
		},
	}
}
