package soak

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/workloads/soak/lap"
	"github.com/lightningdb/lightning-torture/workloads/torture/apart"
)

// ChildArgs returns the arguments that make a binary with this command a child that does a lap.Job.
func ChildArgs() []string { return []string{"soak", "child"} }

// childCommand does one job of a soak. Users do not call it.
func childCommand(w World) *cobra.Command {
	return &cobra.Command{
		Use: "child", Hidden: true, Args: cmdline.Exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			here := apart.Inside()
			if here == nil {
				return exit.Usagef("soak child is internal to a soak; call soak instead")
			}
			job, err := lap.Load(here.Dir)
			if err != nil {
				return err
			}
			to := os.Stdout
			os.Stdout = os.Stderr // what an engine prints must not mix with messages
			worker := &lap.Worker{Job: job, Targets: w.Targets, Tell: lap.NewTeller(to), Running: w.Running}
			if w.Programs != nil {
				worker.Programs = w.Programs.Subject
			}
			err = worker.Work(cmd.Context())
			if cmd.Context().Err() != nil {
				return errors.Join(exit.Because(cmd.Context(), err), err)
			}
			return err
		},
	}
}
