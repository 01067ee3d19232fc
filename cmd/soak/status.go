package soak

import (
	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/workloads/soak"
)

// statusCommand shows soaks, running or not.
func statusCommand(w World) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "status DIR...", Short: "Show how far soaks have come", Args: cmdline.AtLeastOne("DIR"),
		Long: "Show how far soaks have come, running or not. The exit code is 0 if they can be read, whatever their verdict.",
		RunE: func(_ *cobra.Command, dirs []string) error {
			return each(w, dirs, format, func(*soak.Status) error { return nil })
		},
	}
	addFormat(cmd, &format)
	return cmd
}

// reportCommand is status with the exit code of the verdict.
func reportCommand(w World) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "report DIR...", Short: "Show the verdict of soaks, and exit by it", Args: cmdline.AtLeastOne("DIR"),
		RunE: func(_ *cobra.Command, dirs []string) error {
			return each(w, dirs, format, func(s *soak.Status) error { return codeOf(s).Err() })
		},
	}
	addFormat(cmd, &format)
	return cmd
}

// mergeCommand shows the shards of a soak as one.
func mergeCommand(w World) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "merge DIR...", Short: "Show the shards of one soak as one, and exit by its verdict", Args: cmdline.AtLeastOne("DIR"),
		RunE: func(_ *cobra.Command, dirs []string) error {
			s, err := soak.Merge(dirs, w.Now())
			if err != nil {
				return coded(err)
			}
			if err := print(w.Stdout, &s, format); err != nil {
				return err
			}
			return codeOf(&s).Err()
		},
	}
	addFormat(cmd, &format)
	return cmd
}

// each shows one soak after the other, and returns the first error of conclude.
func each(w World, dirs []string, format string, conclude func(*soak.Status) error) (first error) {
	if err := cmdline.OneOf("format", format, formats); err != nil {
		return err
	}
	for _, dir := range dirs {
		s, err := soak.Read(dir, w.Now())
		if err != nil {
			return coded(err)
		}
		if err := print(w.Stdout, &s, format); err != nil {
			return err
		}
		if err := conclude(&s); first == nil {
			first = err
		}
	}
	return first
}

func addFormat(cmd *cobra.Command, format *string) {
	cmd.Flags().StringVar(format, "format", "text", "`FORM` of the summary: text, json")
	cmdline.Complete(cmd, "format", cmdline.Fixed(formats...))
}
