package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// catalog is a kind of thing that flags name.
type catalog struct {
	name string
	list func() []torture.Choice
}

func (c *cli) catalogs() []catalog {
	return []catalog{
		{"engines", c.engineChoices},
		{"workloads", torture.Workloads},
		{"faults", torture.Faults},
		{"profiles", torture.Profiles},
		{"scenarios", torture.Scenarios},
	}
}

func (c *cli) listCommand() *cobra.Command {
	var kinds []string
	for _, k := range c.catalogs() {
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
				return usageError("unknown kind %q; choose one of %s", args[0], strings.Join(kinds, ", "))
			}
			return arguments("KIND")(cmd, args)
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return c.printCatalog(args[0])
			}
			return c.printCatalogs()
		},
	}
}

func (c *cli) printCatalog(name string) error {
	for _, k := range c.catalogs() {
		if k.name == name {
			return printChoices(c.stdout, "", k.list())
		}
	}
	return nil
}

func (c *cli) printCatalogs() error {
	for i, k := range c.catalogs() {
		if i > 0 {
			fmt.Fprintln(c.stdout)
		}
		fmt.Fprintln(c.stdout, k.name)
		if err := printChoices(c.stdout, "  ", k.list()); err != nil {
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
