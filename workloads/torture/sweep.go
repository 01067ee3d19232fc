package torture

import (
	"context"
	"fmt"
	"strings"
)

// sweepName is the scenario that makes every call fail in turn.
const sweepName = "sweep"

// series is a fault that moves through one small run: it hits the first filesystem call, in the next run the second, and
// so on until there is none left to hit. Nothing is drawn, so no call is left out, from the opening of the store to its
// close.
type series struct {
	Choice
	effect string
	op     string // any, or the kind of call that the effect is about
	key    string // of the rule: which calls are hit
}

// By one key the call alone fails, by the other all later ones do too.
const (
	hitOnce    = "nth"
	hitForGood = "from"
)

// sweep is how the calls of one run fail in turn.
func sweep() []series {
	var all []series
	for _, of := range []struct{ effect, op, text string }{
		{"eio", "any", "fails with EIO"},
		{"eintr", "any", "is interrupted"},
		{"enospc", "any", "finds the disk full"},
		{"short", "write", "stores half of the bytes"},
		{"failed", "sync", "fails with EIO and leaves clean pages"},
	} {
		all = append(
			all,
			series{Choice{of.effect + " once", "each call in turn " + of.text}, of.effect, of.op, hitOnce},
			series{Choice{of.effect + " for good", "each call in turn, and all later ones, " + of.text}, of.effect, of.op, hitForGood},
		)
	}
	return all
}

func (s *series) rule(n int) string { return fmt.Sprintf("%s %s %s=%d", s.effect, s.op, s.key, n) }

// seriesOf returns the series that a rule is of: the name of its cell in the matrix.
func seriesOf(rule string) Choice {
	for _, s := range sweep() {
		if strings.HasPrefix(rule, s.effect+" ") && strings.Contains(rule, " "+s.key+"=") {
			return s.Choice
		}
	}
	return Choice{Name: rule}
}

// sweep goes through the runs of a cell until its fault has no call left to hit.
func (c *campaign) sweep(ctx context.Context, cell *cell) error {
	for n := 1; !c.over(ctx); n++ {
		r, err := c.try(ctx, cell, spec{Fault: cell.series.rule(n), Seed: c.opts.Seed})
		if err != nil || ctx.Err() != nil {
			return err
		}
		if len(r.injected) == 0 {
			cell.swept = true // the run has fewer such calls
			return nil
		}
		if err := c.examine(ctx, ctx, cell, r); err != nil {
			return err
		}
	}
	return nil
}
