package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/faultfs/litmus"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

const litmusText = `Run the litmus suite: small programs, each with the exact set of disks that a power cut at its end may leave, for
every profile. The crash model must leave those and no others.

The table has the number of outcomes of each program under each profile. With --verbose every program is printed with
its steps, where its outcomes come from, and the outcomes themselves.
`

const litmusExample = `  lightning-torture litmus
  lightning-torture litmus --program L03 --profile ext4-ordered,xfs -v`

var litmusFormats = []string{"text", "json"}

type litmusFlags struct {
	programs, profiles []string
	format             string
	verbose            bool
}

func (c *cli) litmusCommand() *cobra.Command {
	var f litmusFlags
	cmd := &cobra.Command{
		Use: "litmus", Short: "Check the crash model against the litmus suite", Long: litmusText, Example: litmusExample,
		Args: arguments(), RunE: func(*cobra.Command, []string) error { return c.litmus(&f) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringArrayVar(&f.programs, "program", nil, "`IDS` of programs (default all)")
	flags.StringArrayVar(&f.profiles, "profile", nil, "`NAMES` of profiles (default all)")
	flags.StringVar(&f.format, "format", "text", "`FORM` of the result: "+strings.Join(litmusFormats, ", "))
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "print every program with its steps, sources and outcomes")
	complete(cmd, "program", programChoices)
	complete(cmd, "profile", torture.Profiles)
	complete(cmd, "format", fixed(litmusFormats...))
	return cmd
}

// litmus checks the flags, runs the programs, and prints.
func (c *cli) litmus(f *litmusFlags) error {
	if err := oneOf("format", f.format, litmusFormats); err != nil {
		return err
	}
	programs, err := programsNamed(c.programs(), named(f.programs))
	if err != nil {
		return err
	}
	profiles, err := profilesNamed(named(f.profiles))
	if err != nil {
		return err
	}
	result, err := litmus.CheckAll(programs, profiles)
	if err != nil {
		return err
	}
	detail := litmus.Brief
	if f.verbose {
		detail = litmus.Full
	}
	if f.format == "json" {
		err = litmus.JSON(c.stdout, result)
	} else {
		err = litmus.Text(c.stdout, result, detail)
	}
	if err == nil && result.Wrong > 0 {
		return exitViolation
	}
	return err
}

func programsNamed(all []litmus.Program, ids []string) ([]litmus.Program, error) {
	if len(ids) == 0 {
		return all, nil
	}
	known := map[string]litmus.Program{}
	var choices []string
	for _, p := range all {
		known[p.ID], choices = p, append(choices, p.ID)
	}
	var programs []litmus.Program
	for _, id := range ids {
		p, ok := known[id]
		if !ok {
			return nil, usageError("unknown program %q; choose one of %s", id, strings.Join(choices, ", "))
		}
		programs = append(programs, p)
	}
	return programs, nil
}

func profilesNamed(names []string) ([]faultfs.Profile, error) {
	if len(names) == 0 {
		return faultfs.Profiles(), nil
	}
	var profiles []faultfs.Profile
	for _, name := range names {
		p, err := faultfs.ProfileNamed(name)
		if err != nil {
			return nil, usageError("%s", strings.TrimPrefix(err.Error(), "faultfs: "))
		}
		profiles = append(profiles, p)
	}
	return profiles, nil
}

func programChoices() []torture.Choice {
	var all []torture.Choice
	for _, p := range litmus.Programs() {
		all = append(all, torture.Choice{Name: p.ID, Text: p.Title})
	}
	return all
}
