package spec

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Flags are the values of the flags. Lists of names are not split at commas yet.
type Flags struct {
	Engine            string
	Workloads, Faults []string
}

// Register adds the flags to a command; numbers and the like go into opts. Engines are the names of all engines, the
// default first.
func (f *Flags) Register(cmd *cobra.Command, engines []string, opts *torture.Options) {
	flags := cmd.Flags()
	flags.StringVar(&f.Engine, "engine", engines[0], "`NAME` of the engine under test")
	flags.StringArrayVarP(&f.Workloads, "workload", "w", nil, "`NAMES` of workloads (default all)")
	flags.StringArrayVarP(&f.Faults, "fault", "f", nil, "`NAMES` of faults, or a rule (default all)")
	flags.StringVar(&opts.Profile, "profile", "", "`NAME` of what a crash may keep unsynced (default posix-min)")
	flags.StringVar(&opts.Device, "device", "", "`WORDS` for what the disk does at a power cut (default tears between whole 512-byte sectors)")
	flags.Uint64Var(&opts.Seed, "seed", 1, "seed of everything")
	registerSize(flags, opts)
	cmdline.Complete(cmd, "engine", cmdline.Fixed(engines...))
	cmdline.Complete(cmd, "workload", torture.Workloads)
	cmdline.Complete(cmd, "fault", torture.Faults)
	cmdline.Complete(cmd, "profile", torture.Profiles)
}

func registerSize(flags *pflag.FlagSet, opts *torture.Options) {
	flags.IntVar(&opts.Clients, "clients", 0, "concurrent clients of a workload, up to 256 (default 1 to 4, by seed)")
	flags.IntVar(&opts.Ops, "ops", 0, "operations per client, up to 100000, and up to 200000 in total (default by seed)")
	flags.IntVar(&opts.Keys, "keys", 0, "keys loaded before the clients start, up to 200000 (default by seed)")
	flags.IntVar(&opts.Workers, "workers", 0, "crash points explored at once (default one per CPU)")
	flags.StringVar(&opts.Limits, "limits", "", "`LIST` of limits of the engine, such as \"memtable=4096,table=512\", or usual (default by seed)")
}
