package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/faultfs/litmus"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

const litmusText = `Run the litmus suite: small programs, each with the exact set of disks that a power cut at its end may leave, for
every profile. The crash model must leave those and no others.

The table shows the number of outcomes of each program under each profile. With --verbose every program is printed with
its steps, the sources of its outcomes, and the outcomes themselves.
`

const litmusExample = `  lightning-torture litmus
  lightning-torture litmus --program L03 --profile ext4-ordered,xfs -v`

var litmusFormats = []string{"text", "json"}

type litmusFlags struct {
	programs, profiles []string
	format             string
	verbose            bool
}

func litmusCommand(t *tool) *cobra.Command {
	var f litmusFlags
	cmd := &cobra.Command{
		Use: "litmus", Short: "Check the crash model against the litmus suite", Long: litmusText, Example: litmusExample,
		Args: cmdline.Exactly(), RunE: func(*cobra.Command, []string) error { return runLitmus(t, &f) },
		Annotations: map[string]string{
			ViolationAnnotation: "a disk that the model leaves but should not, or should leave but does not",
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringArrayVar(&f.programs, "program", nil, "`IDS` of programs (default all)")
	flags.StringArrayVar(&f.profiles, "profile", nil, "`NAMES` of profiles (default all)")
	flags.StringVar(&f.format, "format", "text", "`FORM` of the result: "+strings.Join(litmusFormats, ", "))
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "print every program with its steps, sources and outcomes")
	cmdline.Complete(cmd, "program", programChoices)
	cmdline.Complete(cmd, "profile", torture.Profiles)
	cmdline.Complete(cmd, "format", cmdline.Fixed(litmusFormats...))
	return cmd
}

// runLitmus checks the flags, runs the programs, and prints.
func runLitmus(t *tool, f *litmusFlags) error {
	if err := cmdline.OneOf("format", f.format, litmusFormats); err != nil {
		return err
	}
	programs, err := programsNamed(t.programs(), cmdline.Names(f.programs))
	if err != nil {
		return err
	}
	profiles, err := profilesNamed(cmdline.Names(f.profiles))
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
		err = litmus.JSON(t.stdout, result)
	} else {
		err = litmus.Text(t.stdout, result, detail)
	}
	if err == nil && result.Wrong > 0 {
		return exit.Violation
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
			return nil, exit.Usagef("unknown program %q; choose one of %s", id, strings.Join(choices, ", "))
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
			return nil, exit.Usagef("%s", strings.TrimPrefix(err.Error(), "faultfs: "))
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
