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
	ops    []string // kinds of calls, one after the other
	key    string   // of the rule: which calls are hit
}

// hitOnce is the key of a rule by which a call alone fails.
const hitOnce = "nth"

// sweep is how the calls of one run fail in turn.
func sweep() []series {
	full := []string{"create", "link", "write", "truncate", "rename", "sync"}
	every := append([]string{"remove", "open", "read", "close", "stat", "list"}, full...)
	var all []series
	for _, of := range []struct {
		effect, text string
		ops          []string
	}{
		{"eio", "fails with EIO", every},
		{"enospc", "finds the disk full", full},
		{"short", "stores half of the bytes", []string{"write"}},
		{"failed", "fails with EIO and leaves clean pages", []string{"sync"}},
	} {
		all = append(all,
			series{Choice{of.effect + " once", "each call in turn " + of.text}, of.effect, of.ops, hitOnce},
		)
	}
	return all
}

func (s *series) rule(op string, n int) string {
	return fmt.Sprintf("%s %s %s=%d", s.effect, op, s.key, n)
}

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
	for _, op := range cell.series.ops {
		for n := 1; !c.over(ctx); n++ {
			r, err := c.try(ctx, cell, spec{Fault: cell.series.rule(op, n), Seed: c.opts.Seed})
			if err != nil || ctx.Err() != nil {
				return err
			}
			if len(r.injected) == 0 {
				break // the run has fewer such calls
			}
			if err := c.examine(ctx, ctx, cell, r); err != nil {
				return err
			}
		}
	}
	cell.swept = !c.over(ctx)
	return nil
}
