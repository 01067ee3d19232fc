package cli

import (
	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// completeRun teaches the shell what the flags of run can name.
func (c *cli) completeRun(cmd *cobra.Command) {
	complete(cmd, "engine", c.engineChoices)
	complete(cmd, "workload", torture.Workloads)
	complete(cmd, "fault", torture.Faults)
	complete(cmd, "profile", torture.Profiles)
	complete(cmd, "scenario", torture.Scenarios)
	complete(cmd, "format", fixed(resultFormats...))
	complete(cmd, "color", fixed(colorChoices...))
}

// complete lets the shell complete the values of a flag. A flag that does not exist is a bug of this package.
func complete(cmd *cobra.Command, flag string, choices func() []torture.Choice) {
	err := cmd.RegisterFlagCompletionFunc(flag,
		func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			var all []cobra.Completion
			for _, choice := range choices() {
				all = append(all, cobra.CompletionWithDesc(choice.Name, choice.Text))
			}
			return all, cobra.ShellCompDirectiveNoFileComp
		})
	if err != nil {
		panic(err)
	}
}

func fixed(names ...string) func() []torture.Choice {
	return func() []torture.Choice {
		var all []torture.Choice
		for _, name := range names {
			all = append(all, torture.Choice{Name: name})
		}
		return all
	}
}

func (c *cli) engineNames() []string {
	var names []string
	for _, target := range c.app.Targets {
		names = append(names, target.Name)
	}
	return names
}

func (c *cli) engineChoices() []torture.Choice { return fixed(c.engineNames()...)() }

// defaultEngine is the engine that is tortured unless another is named.
func (c *cli) defaultEngine() string {
	if len(c.app.Targets) == 0 {
		return ""
	}
	return c.app.Targets[0].Name
}
