package soak

import (
	"context"
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/cmd/internal/livepage"
	"github.com/lightningdb/lightning-torture/workloads/soak"
	"github.com/lightningdb/lightning-torture/workloads/soak/metrics"
)

// shown runs a soak and, if an address was given, serves its metrics and its page meanwhile.
func (f *flags) shown(ctx context.Context, w World, s *soak.Soak, page *livepage.Live) error {
	if f.metrics == "" {
		return s.Run(ctx)
	}
	page.Follow(s.Status)
	pages, err := metrics.Serve(f.metrics, s.Status, page.Pages()...)
	if err != nil {
		return exit.With(exit.BadUsage, err)
	}
	if !f.quiet {
		fmt.Fprintf(w.Stderr, "soak: the page is at http://%s/\n", pages.Addr())
	}
	err = s.Run(ctx)
	page.End()
	return errors.Join(err, pages.Close())
}
