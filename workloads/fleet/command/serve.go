package command

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/spf13/cobra"

	command "github.com/lightningdb/lightning-torture/cmd/soak"
	"github.com/lightningdb/lightning-torture/workloads/fleet/broker"
	"github.com/lightningdb/lightning-torture/workloads/fleet/coordinator"
	"github.com/lightningdb/lightning-torture/workloads/soak/metrics"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

const serveText = `Share a campaign: hand out the cells of laps to workers, and count the results.

The directory has the layout of a soak's, so soak status, soak report and known.json work on it. Every cell of every lap counts
exactly once, whichever processes are killed. The queue is in the subdirectory queue/, which may be removed at any time. A
broker runs in this process, at --listen; --nats uses an existing one instead.

Workers must run the same binary. Beyond a loopback address, --cert, --key, --ca and --credentials are required.`

const serveExample = `  fleet serve --dir night --for 8h
  fleet work --server 127.0.0.1:4270
  fleet serve --resume night --listen 10.0.0.1:4270 --cert c.pem --key k.pem --ca ca.pem --credentials secret`

type serveFlags struct {
	connection
	spec        command.SpecFlags
	dir, resume string
	listen      string
	metrics     string
	length      time.Duration
	quiet       bool
	options     coordinator.Options
}

func serveCommand(targets []torture.Target) *cobra.Command {
	f := &serveFlags{}
	cmd := &cobra.Command{
		Use: "serve", Short: "Hand out the cells of a campaign, and count the results", Long: serveText, Example: serveExample, Args: none,
		Annotations: map[string]string{"violation": "a finding is open"},
		RunE:        func(cmd *cobra.Command, _ []string) error { return f.run(cmd, targets) },
	}
	var engines []string
	for _, t := range targets {
		engines = append(engines, t.Name)
	}
	to := cmd.Flags()
	to.SortFlags = false
	to.StringVar(&f.dir, "dir", "", "begin a campaign in `DIR`, which is created")
	to.StringVar(&f.resume, "resume", "", "resume the campaign in `DIR`, with the engine and settings stored there")
	to.DurationVar(&f.length, "for", 0, "how long to run this time (default until it is stopped)")
	to.IntVar(&f.options.Laps, "laps", 0, "stop after `N` laps in total, including those before a resumption (default no limit)")
	f.spec.Register(cmd, engines)
	to.StringVar(&f.listen, "listen", DefaultAddress, "`ADDRESS` at which workers reach the broker in this process")
	to.StringVar(&f.address, "nats", "", "`URL` of a NATS server with JetStream to use instead")
	f.add(cmd)
	to.DurationVar(&f.options.Lease, "lease", coordinator.DefaultLease, "how long a cell belongs to a worker that is not heard from")
	to.IntVar(&f.options.Window, "window", coordinator.DefaultWindow, "cells in the queue; at least twice the number of workers")
	to.StringVar(&f.metrics, "metrics", "", "serve /metrics, for Prometheus, and /healthz on `ADDR` (default off)")
	to.BoolVarP(&f.quiet, "quiet", "q", false, "no progress on standard error")
	return cmd
}

const (
	leastLease  = time.Second
	mostWindow  = 1 << 16
	queueFolder = "queue"
)

func (f *serveFlags) validate() error {
	o := &f.options
	switch {
	case (f.dir == "") == (f.resume == ""):
		return usage("give --dir DIR to begin a campaign, or --resume DIR to continue one")
	case o.Laps < 0:
		return usage("--laps is %d; give 0 or more", o.Laps)
	case o.Lease < leastLease || o.Lease > time.Hour:
		return usage("--lease is %v; give %v to 1h", o.Lease, leastLease)
	case o.Window < 1 || o.Window > mostWindow:
		return usage("--window is %d; give 1 to %d", o.Window, mostWindow)
	case f.length < 0:
		return usage("--for is %v; give 0 or more", f.length)
	}
	return f.spec.Validate()
}

// run serves until the campaign ends, and prints its summary.
func (f *serveFlags) run(cmd *cobra.Command, targets []torture.Target) error {
	if err := f.validate(); err != nil {
		return err
	}
	c, err := f.open(cmd, targets)
	if err != nil {
		return coded(err)
	}
	err = f.serve(cmd, c)
	now := c.Campaign()
	now.Running = false
	if err = errors.Join(err, c.Close()); err != nil {
		return coded(err)
	}
	if _, err := cmd.OutOrStdout().Write([]byte(command.Summary(&now))); err != nil {
		return err
	}
	if cmd.Context().Err() != nil {
		return context.Cause(cmd.Context())
	}
	return command.VerdictError(&now)
}

func (f *serveFlags) open(cmd *cobra.Command, targets []torture.Target) (c *coordinator.Coordinator, err error) {
	o := f.options
	o.Fleet, o.Targets, o.Log = f.fleet, targets, say(cmd.ErrOrStderr(), f.quiet)
	if o.Build, err = own(); err != nil {
		return nil, err
	}
	if o.Dir = f.resume; f.resume != "" {
		return coordinator.Resume(o)
	}
	o.Dir = f.dir
	return coordinator.Begin(f.spec.Spec(), o)
}

// serve runs the broker, the coordinator and the metrics page.
func (f *serveFlags) serve(cmd *cobra.Command, c *coordinator.Coordinator) (err error) {
	ctx := cmd.Context()
	if f.length > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, f.length, errors.New("the time is over"))
		defer cancel()
	}
	if f.metrics != "" {
		pages, err := metrics.Serve(f.metrics, c.Campaign)
		if err != nil {
			return usage("%w", err)
		}
		defer func() { err = errors.Join(err, pages.Close()) }()
	}
	conn, address, stop, err := f.connect()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	if tell := say(cmd.ErrOrStderr(), f.quiet); tell != nil {
		tell("serving campaign " + c.Campaign().Campaign + " at " + address)
	}
	return c.Run(ctx, conn)
}

// connect starts a broker, unless --nats names an existing one, and returns the address at which workers reach it.
func (f *serveFlags) connect() (conn *nats.Conn, address string, stop func() error, err error) {
	if f.address != "" {
		conn, err = broker.Dial(f.address, "coordinator", f.files)
		return conn, f.address, func() error { conn.Close(); return nil }, err
	}
	dir := f.dir
	if f.resume != "" {
		dir = f.resume
	}
	s, err := broker.Start(f.listen, filepath.Join(dir, queueFolder), f.files)
	if err != nil {
		return nil, "", nil, err
	}
	if conn, err = s.Connect(); err != nil {
		return nil, "", nil, errors.Join(err, s.Close())
	}
	return conn, s.Address(), func() error { conn.Close(); return s.Close() }, nil
}
