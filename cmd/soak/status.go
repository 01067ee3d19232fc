package soak

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/workloads/soak"
)

// output says in which forms soaks are shown.
type output struct {
	format string
	html   string // the file for the page; "" writes none
	json   string // the file for the figures; "" writes none
}

func (o *output) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.format, "format", "text", "`FORM` of the summary: text, json")
	cmdline.Complete(cmd, "format", cmdline.Fixed(formats...))
}

// registerFiles adds the flags for the files written in addition to the summary.
func (o *output) registerFiles(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.html, "html", "", "also write the page of the soak to `PATH`")
	cmd.Flags().StringVar(&o.json, "json", "", "also write the figures of the soak to `PATH`, as printed by --format json")
}

// show prints a soak and writes the files that were asked for.
func (o *output) show(w World, s *soak.Status, dirs []string) (err error) {
	if o.html != "" {
		err = saveReport(o.html, s, dirs, w.Binary)
	}
	if o.json != "" {
		err = errors.Join(err, saveJSON(o.json, s))
	}
	return errors.Join(print(w.Stdout, s, o.format), err)
}

// statusCommand shows soaks, whether or not they are running.
func statusCommand(w World) *cobra.Command {
	var o output
	cmd := &cobra.Command{
		Use: "status DIR...", Short: "Show the progress of soaks", Args: cmdline.AtLeastOne("DIR"),
		Long: "Show the progress of soaks, whether or not they are running. The exit code is 0 if they can be read, whatever their verdict.",
		RunE: func(_ *cobra.Command, dirs []string) error {
			return each(w, dirs, &o, func(*soak.Status) error { return nil })
		},
	}
	o.register(cmd)
	return cmd
}

const reportText = `Show the verdict of soaks, and exit with its code. --html and --json write the page and the figures of one soak, which may be running; a soak
that ends writes the page to report.html in its directory.`

// reportCommand prints what status prints, and exits with the code of the verdict.
func reportCommand(w World) *cobra.Command {
	var o output
	cmd := &cobra.Command{
		Use: "report DIR...", Short: "Show the verdict of soaks, and exit with its code", Long: reportText, Args: cmdline.AtLeastOne("DIR"),
		RunE: func(_ *cobra.Command, dirs []string) error {
			if len(dirs) > 1 && o.html+o.json != "" {
				return exit.Usagef("--html and --json are for one soak; give one DIR, or call soak merge for the shards of one")
			}
			return each(w, dirs, &o, VerdictError)
		},
	}
	o.register(cmd)
	o.registerFiles(cmd)
	return cmd
}

// mergeCommand shows the shards of a soak as one.
func mergeCommand(w World) *cobra.Command {
	var o output
	cmd := &cobra.Command{
		Use: "merge DIR...", Short: "Show the shards of one soak as one, and exit with the code of its verdict", Args: cmdline.AtLeastOne("DIR"),
		Long:    "Show the shards of one soak as one, and exit with the code of its verdict. --html and --json also write its page and its figures.",
		Example: "  lightning-torture soak merge shard1 shard2 --html merged.html --json merged.json",
		RunE: func(_ *cobra.Command, dirs []string) error {
			if err := cmdline.OneOf("format", o.format, formats); err != nil {
				return err
			}
			s, err := soak.Merge(dirs, w.Now())
			if err != nil {
				return coded(err)
			}
			if err := o.show(w, &s, dirs); err != nil {
				return err
			}
			return VerdictError(&s)
		},
	}
	o.register(cmd)
	o.registerFiles(cmd)
	return cmd
}

// each shows one soak after another, and returns the first error of conclude.
func each(w World, dirs []string, o *output, conclude func(*soak.Status) error) (first error) {
	if err := cmdline.OneOf("format", o.format, formats); err != nil {
		return err
	}
	for _, dir := range dirs {
		s, err := soak.Read(dir, w.Now())
		if err != nil {
			return coded(err)
		}
		if err := o.show(w, &s, []string{dir}); err != nil {
			return err
		}
		if err := conclude(&s); first == nil {
			first = err
		}
	}
	return first
}
