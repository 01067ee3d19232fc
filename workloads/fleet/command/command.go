package command

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/cli"
	"github.com/lightningdb/lightning-torture/workloads/fleet/broker"
	"github.com/lightningdb/lightning-torture/workloads/fleet/wire"
	"github.com/lightningdb/lightning-torture/workloads/fleet/worker"
	"github.com/lightningdb/lightning-torture/workloads/soak/build"
	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// All returns the commands of a fleet, for a binary with the given engines.
func All(targets []torture.Target) []*cobra.Command {
	return []*cobra.Command{serveCommand(targets), workCommand(targets), statusCommand(), drainCommand()}
}

// DefaultAddress is the default address of a coordinator.
const DefaultAddress = "127.0.0.1:4270"

// The exit codes of errors.
const (
	exitUsage = 2
	exitHost  = 4
)

// usage returns an error with the exit code of bad usage.
func usage(format string, args ...any) error { return cli.Exit(exitUsage, fmt.Errorf(format, args...)) }

// coded gives an error its exit code.
func coded(err error) error {
	if err == nil {
		return nil
	}
	for _, bad := range []error{broker.ErrFiles, campaign.ErrSpec, ledger.ErrCampaign, worker.ErrRefused, torture.ErrConfig} {
		if errors.Is(err, bad) {
			return cli.Exit(exitUsage, err)
		}
	}
	return cli.Exit(exitHost, err)
}

// connection holds the flags of commands that connect to a broker.
type connection struct {
	files   broker.Files
	address string
	fleet   string
}

func (f *connection) add(cmd *cobra.Command) {
	to := cmd.Flags()
	to.StringVar(&f.files.Certificate, "cert", "", "`FILE` with this side's certificate; together with --key and --ca it turns on TLS")
	to.StringVar(&f.files.Key, "key", "", "`FILE` with the certificate's private key")
	to.StringVar(&f.files.Authority, "ca", "", "`FILE` with the authority that signs the other side's certificate")
	to.StringVar(&f.files.Credentials, "credentials", "", "`FILE` with the secret of the fleet, or a NATS .creds file")
	to.StringVar(&f.fleet, "fleet", wire.DefaultFleet, "`NAME` of the fleet, if several share a broker")
}

func (f *connection) addServer(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.address, "server", DefaultAddress, "`ADDRESS` of the coordinator, or the URL of a NATS server")
	f.add(cmd)
}

// subjects returns the subjects of the fleet.
func (f *connection) subjects() (wire.Subjects, error) {
	s, err := wire.SubjectsOf(f.fleet)
	if err != nil {
		return s, usage("--fleet: %w", err)
	}
	return s, nil
}

// none refuses positional arguments.
func none(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("unexpected argument %q", args[0])
	}
	return nil
}

// own returns the build of this binary.
func own() (wire.Build, error) {
	id, err := build.ID()
	return wire.Build{ID: id, Version: torture.Version(), Commit: torture.Commit()}, err
}

// workerName returns the host's name and the process ID. That is unique enough: only the display and the list of live workers
// depend on it.
func workerName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "worker"
	}
	return fmt.Sprintf("%s-%d", host, os.Getpid())
}

// say returns a function that writes progress lines, or nil if quiet is set.
func say(to io.Writer, quiet bool) func(string) {
	if quiet {
		return nil
	}
	return func(text string) { fmt.Fprintln(to, "fleet: "+text) }
}
