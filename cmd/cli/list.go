package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// catalog lists the possible values of a flag.
type catalog struct {
	name string
	list func() []torture.Choice
}

func catalogs(t *tool) []catalog {
	return []catalog{
		{"engines", cmdline.Fixed(t.targetNames()...)},
		{"workloads", torture.Workloads},
		{"faults", torture.Faults},
		{"profiles", torture.Profiles},
		{"scenarios", torture.Scenarios},
	}
}

func listCommand(t *tool) *cobra.Command {
	var kinds []string
	for _, k := range catalogs(t) {
		kinds = append(kinds, k.name)
	}
	return &cobra.Command{
		Use: "list [engines|workloads|faults|profiles|scenarios]", Short: "List what flags can name",
		ValidArgs: kinds,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			if !slices.Contains(kinds, args[0]) {
				return exit.Usagef("unknown kind %q; choose one of %s", args[0], strings.Join(kinds, ", "))
			}
			return cmdline.Exactly("KIND")(cmd, args)
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return printCatalog(t, args[0])
			}
			return printCatalogs(t)
		},
	}
}

func printCatalog(t *tool, name string) error {
	for _, k := range catalogs(t) {
		if k.name == name {
			return printChoices(t.stdout, "", k.list())
		}
	}
	return nil
}

func printCatalogs(t *tool) error {
	for i, k := range catalogs(t) {
		if i > 0 {
			fmt.Fprintln(t.stdout)
		}
		fmt.Fprintln(t.stdout, k.name)
		if err := printChoices(t.stdout, "  ", k.list()); err != nil {
			return err
		}
	}
	return nil
}

func printChoices(w io.Writer, indent string, choices []torture.Choice) error {
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for _, choice := range choices {
		line := indent + choice.Name
		if choice.Text != "" {
			line += "\t" + choice.Text
		}
		fmt.Fprintln(table, line)
	}
	return table.Flush()
}
