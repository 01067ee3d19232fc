package soak

import (
	"context"
	"errors"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/workloads/soak"
	"github.com/lightningdb/lightning-torture/workloads/soak/metrics"
)

// shown runs a soak, and serves its metrics meanwhile if an address was given.
func (f *flags) shown(ctx context.Context, s *soak.Soak) error {
	if f.metrics == "" {
		return s.Run(ctx)
	}
	pages, err := metrics.Serve(f.metrics, s.Status)
	if err != nil {
		return exit.With(exit.BadUsage, err)
	}
	return errors.Join(s.Run(ctx), pages.Close())
}
