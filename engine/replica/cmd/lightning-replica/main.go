// Command lightning-replica runs a node of a replicated Lightning store, and is the client of such nodes.
//
//	lightning-replica serve --id 1 --listen 127.0.0.1:7201 --api 127.0.0.1:7301 --dir node1 --peer 2=127.0.0.1:7202 --peer 3=127.0.0.1:7203
//	lightning-replica put greeting hello --node 127.0.0.1:7301
//	lightning-replica get greeting --node 127.0.0.1:7302
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// The exit codes follow lightning-torture's: 1 if the key does not exist, 2 for bad usage, 4 for any other error.
const (
	exitNothing = 1
	exitUsage   = 2
	exitHost    = 4
)

var (
	errUsage   = errors.New("bad usage")
	errNothing = errors.New("there is no such key")
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := root().ExecuteContext(ctx)
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, "lightning-replica:", err)
	switch {
	case errors.Is(err, errUsage):
		os.Exit(exitUsage)
	case errors.Is(err, errNothing):
		os.Exit(exitNothing)
	}
	os.Exit(exitHost)
}

func root() *cobra.Command {
	c := &cobra.Command{
		Use: "lightning-replica", Short: "A Lightning store replicated with raft", SilenceUsage: true, SilenceErrors: true,
		Args: exactly(0), RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return fmt.Errorf("%w: %w", errUsage, err) })
	c.AddCommand(serveCommand(), restoreCommand())
	c.AddCommand(clientCommands()...)
	return c
}

// exactly requires n arguments.
func exactly(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != n {
			return fmt.Errorf("%w: %s takes %d arguments, not %d; see --help", errUsage, c.CommandPath(), n, len(args))
		}
		return nil
	}
}
