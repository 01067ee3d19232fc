package soak

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/cmd/internal/livepage"
	"github.com/lightningdb/lightning-torture/workloads/soak"
	"github.com/lightningdb/lightning-torture/workloads/soak/build"
	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/apart"
)

// run begins or resumes a soak, and prints the outcome.
func run(cmd *cobra.Command, w World, f *flags) error {
	if err := f.validate(cmd); err != nil {
		return err
	}
	if !apart.Possible {
		return fmt.Errorf("%w: a soak needs child processes that end with it, which only Linux has; use run --for", torture.ErrHost)
	}
	debug.SetGCPercent(supervisorGC)
	page := livepage.New(w.Binary)
	s, err := f.open(cmd, w, page)
	if err != nil {
		return coded(err)
	}
	ctx := cmd.Context()
	err = f.shown(ctx, w, s, page)
	now := s.Status()
	if closeErr := s.Close(); err == nil {
		err = closeErr
	}
	saved := saveReport(filepath.Join(now.Dir, reportFile), &now, []string{now.Dir}, w.Binary)
	return errors.Join(print(w.Stdout, &now, f.format), saved, verdict(ctx, &now, err))
}

// supervisorGC is the garbage collector's percentage for a process that does little and lives for days.
const supervisorGC = 50

// open begins or resumes a soak.
func (f *flags) open(cmd *cobra.Command, w World, page *livepage.Live) (*soak.Soak, error) {
	id, err := build.ID()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", torture.ErrHost, err)
	}
	o := soak.Options{
		Targets: w.Targets, Args: ChildArgs(), Build: id, Commit: torture.Commit(), For: f.length, Laps: f.laps, Memory: int64(f.memory), Keep: int64(f.keep),
		Workers: f.spec.opts.Workers, Shard: ledger.Shard(f.shard), Sample: f.sample, Now: w.Now,
	}
	if f.metrics != "" {
		o.Event = page.Event
	}
	if f.verbose {
		o.Stderr = w.Stderr
	}
	if !f.quiet {
		p := &lines{w: w.Stderr}
		o.Log, o.Watch = p.say, p.show
	}
	if f.resume != "" {
		o.Dir = f.resume
		return soak.Resume(o)
	}
	o.Dir = f.dir
	spec, err := f.campaign(cmd.Context(), w, cmd.Flags())
	if err != nil {
		return nil, err
	}
	return soak.Begin(spec, o)
}

// coded assigns exit codes to errors about the directory of a soak.
func coded(err error) error {
	for _, bad := range []error{campaign.ErrSpec, ledger.ErrCampaign} {
		if errors.Is(err, bad) {
			return exit.With(exit.BadUsage, err)
		}
	}
	return err
}

// verdict returns the exit code of a soak that ended with err, which may be nil.
func verdict(ctx context.Context, now *soak.Status, err error) error {
	if err != nil {
		return coded(err) // its text goes to standard error, including that of a blind lab
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return VerdictError(now)
}

// VerdictError returns the exit code that the verdict of a campaign has, as the error of a command; nil: it has passed.
func VerdictError(now *soak.Status) error {
	switch now.Verdict {
	case soak.Pass:
		return nil
	case soak.Fail:
		return exit.Violation
	case soak.Blind:
		return exit.HostFault
	}
	return exit.Inconclusive
}
