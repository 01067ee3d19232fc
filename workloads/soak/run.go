package soak

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// ErrBlind means that the lab did not find the planted bug, so its passes prove nothing.
var ErrBlind = errors.New("soak: the lab is blind")

// errOver ends a soak whose time is up or whose laps are done.
var errOver = errors.New("over")

// Run replays the known findings and then does lap after lap, until ctx is done, Options.For is up, Options.Laps are done, or it
// cannot go on. Errors: ErrBlind, torture.ErrHost, torture.ErrConfig. It returns nil if ctx is done. Run may be called once.
func (s *Soak) Run(ctx context.Context) error {
	outer := ctx
	if s.opts.For > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, s.opts.For, errOver)
		defer cancel()
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	started := &ledger.Start{
		Campaign: s.spec.Name(), Build: s.opts.Build, Version: torture.Version(), Commit: s.opts.Commit, Shard: s.opts.Shard, PID: os.Getpid(),
	}
	if err := s.add(&ledger.Event{Start: started}); err != nil {
		return err
	}
	s.setRunning(true)
	defer s.setRunning(false)
	err := s.work(ctx, cancel)
	reason := "all laps are done"
	switch {
	case outer.Err() != nil:
		reason, err = fmt.Sprint(context.Cause(outer)), nil
	case errors.Is(context.Cause(ctx), errOver):
		reason, err = "the time is over", nil
	case err != nil:
		reason = err.Error()
	}
	return errors.Join(err, s.finish(reason))
}

// work runs laps, life and sampling concurrently until ctx is done; the first to fail ends the others.
func (s *Soak) work(ctx context.Context, cancel context.CancelCauseFunc) error {
	var beside sync.WaitGroup
	var failures [2]error
	for i, task := range []func(context.Context) error{s.sampling, s.living} {
		beside.Go(func() {
			if failures[i] = task(ctx); failures[i] != nil {
				cancel(failures[i])
			}
		})
	}
	err := s.laps(ctx)
	cancel(err)
	beside.Wait()
	return errors.Join(err, failures[0], failures[1])
}

// laps does the replays and then the laps.
func (s *Soak) laps(ctx context.Context) error {
	if err := s.replays(ctx); err != nil || ctx.Err() != nil {
		return err
	}
	for ctx.Err() == nil {
		lap := 0
		s.book(func(b *ledger.Book) {
			for lap = b.Next(); b.HasLap(lap, s.opts.Shard); lap++ { // other shards may be behind
			}
		})
		if s.opts.Laps > 0 && lap >= s.opts.Laps {
			return nil
		}
		if err := s.lap(ctx, lap); err != nil {
			return err
		}
		if err := s.mark(); err != nil {
			return err
		}
	}
	return nil
}

// mark replaces the cursor.
func (s *Soak) mark() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.mu.journal.Mark(); err != nil {
		return host(err)
	}
	return nil
}

// finish records in the ledger why the soak ends, unless the ledger itself is what failed.
func (s *Soak) finish(reason string) error {
	s.mu.Lock()
	s.mu.slopes = s.mu.trends.slopes() // with the cells since the last sample
	s.mu.Unlock()
	if err := s.add(&ledger.Event{Stop: &ledger.Stop{Reason: reason}}); err != nil {
		if errors.Is(err, ledger.ErrBroken) {
			return nil
		}
		return err
	}
	return s.mark()
}

func (s *Soak) setRunning(is bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.running = is
}
