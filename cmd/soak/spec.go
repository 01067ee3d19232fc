package soak

import (
	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/cmd/internal/spec"
	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// SpecFlags are the flags that say what a campaign tortures. Every command that begins a campaign has them.
type SpecFlags struct {
	flags  spec.Flags
	opts   torture.Options
	points int
}

// enginePoints is the default of --points. With more, a lap takes so long on a busy machine that a night has too few
// laps to compare.
const enginePoints = 40

// Register adds the flags to a command. Engines are the names of all engines, the default first.
func (f *SpecFlags) Register(cmd *cobra.Command, engines []string) {
	f.flags.Register(cmd, engines, &f.opts)
	cmd.Flags().IntVar(&f.points, "points", enginePoints, "explore at most `N` crash points per run; 0: all")
}

// Validate returns an error for an impossible value. Names are checked when the campaign begins.
func (f *SpecFlags) Validate() error {
	if f.points < 0 || f.points > plan.MaxCount {
		return exit.Usagef("--points is %d; give a number from 0 to %d", f.points, plan.MaxCount)
	}
	return nil
}

// Spec returns what the flags say. The result has no long-lived store.
func (f *SpecFlags) Spec() *campaign.Spec {
	return &campaign.Spec{
		Version: 1, Engine: f.flags.Engine, Workloads: cmdline.Names(f.flags.Workloads), Faults: cmdline.Names(f.flags.Faults), Profile: f.opts.Profile,
		Device: f.opts.Device, Seed: f.opts.Seed, Clients: f.opts.Clients, Ops: f.opts.Ops, Keys: f.opts.Keys, Limits: f.opts.Limits, Points: f.points,
	}
}
