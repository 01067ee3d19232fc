package cmdline

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// OneOf requires the value of a flag to be one of the choices.
func OneOf(flag, value string, choices []string) error {
	if slices.Contains(choices, value) {
		return nil
	}
	return exit.Usagef("unknown --%s %q; choose one of %s", flag, value, strings.Join(choices, ", "))
}

// Between requires a duration to be between low and high, both included.
func Between(flag string, d, low, high time.Duration) error {
	switch {
	case d < low:
		return exit.Usagef("--%s is %v; give at least %v", flag, d, low)
	case d > high:
		return exit.Usagef("--%s is %v; give at most %v", flag, d, high)
	}
	return nil
}

// Names splits the values of a flag at commas. The result is empty, which means everything, if "all" is among the names.
func Names(values []string) []string {
	var names []string
	for _, value := range values {
		for name := range strings.SplitSeq(value, ",") {
			if name = strings.TrimSpace(name); name == "all" {
				return nil
			}
			names = append(names, name)
		}
	}
	return names
}

// Complete lets the shell complete the values of a flag. It panics if cmd has no such flag.
func Complete(cmd *cobra.Command, flag string, choices func() []torture.Choice) {
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

// Fixed returns names as choices for [Complete].
func Fixed(names ...string) func() []torture.Choice {
	return func() []torture.Choice {
		var all []torture.Choice
		for _, name := range names {
			all = append(all, torture.Choice{Name: name})
		}
		return all
	}
}
