package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/soak"
	"github.com/lightningdb/lightning-torture/workloads/fleet/broker"
	"github.com/lightningdb/lightning-torture/workloads/fleet/cells"
	"github.com/lightningdb/lightning-torture/workloads/fleet/worker"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/apart"
)

const workText = `Run cells of a campaign until there are none left. Start one worker per CPU; each needs a few hundred MiB of memory.

If a worker is killed, another one runs its cell again. On SIGINT and SIGTERM a worker gives its cell back at once. If the
coordinator is away, a worker waits for it for --patience.`

func workCommand(targets []torture.Target) *cobra.Command {
	var f connection
	var patience time.Duration
	var memoryMiB int64
	var workers int
	var quiet bool
	cmd := &cobra.Command{
		Use: "work", Short: "Run cells of a campaign", Long: workText, Args: none,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if !apart.Possible {
				return fmt.Errorf("%w: a worker needs child processes that end with it, which only Linux has", torture.ErrHost)
			}
			if memoryMiB < leastMemoryMiB || patience <= 0 || workers < 0 {
				return usage("--mem-limit is %d, --patience %v and --workers %d; give at least %d MiB, a positive time, and 0 or more", memoryMiB, patience,
					workers, leastMemoryMiB)
			}
			if _, err := f.subjects(); err != nil {
				return err
			}
			id, err := own()
			if err != nil {
				return coded(err)
			}
			doer, err := cells.New(cells.Options{Targets: targets, Args: soak.ChildArgs(), Memory: memoryMiB << 20, Workers: workers})
			if err != nil {
				return coded(err)
			}
			defer func() { err = errors.Join(err, doer.Close()) }()
			name := workerName()
			conn, err := broker.Dial(f.address, name, f.files)
			if err != nil {
				return coded(err)
			}
			defer conn.Close()
			err = worker.Run(cmd.Context(), conn, worker.Options{
				Name: name, Fleet: f.fleet, Build: id, Doer: doer, Patience: patience, Log: say(cmd.ErrOrStderr(), quiet),
			})
			if err == nil && cmd.Context().Err() != nil {
				return context.Cause(cmd.Context())
			}
			return coded(err)
		},
	}
	f.addServer(cmd)
	to := cmd.Flags()
	to.Int64Var(&memoryMiB, "mem-limit", 2<<10, "`MIB` of memory that a child may use before it is killed")
	to.IntVar(&workers, "workers", 1, "crash points explored in parallel; 0 means one per CPU")
	to.DurationVar(&patience, "patience", worker.DefaultPatience, "how long to wait for the coordinator")
	to.BoolVarP(&quiet, "quiet", "q", false, "no progress on standard error")
	return cmd
}

const leastMemoryMiB = 64
