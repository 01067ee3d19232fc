package explain

import (
	"context"

	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
)

// Circumstances describe what surrounds a failure after a crash. Each part is an experiment of its own; it is missing if the
// experiment could not be made, for example after many crashes in a row.
type Circumstances struct {
	Moments []Moment  `json:"moments,omitempty"` // crashes along the run, in order
	Sibling *Sibling  `json:"sibling,omitempty"` // an image that differs by one operation and passes
	Durable []Durable `json:"durable,omitempty"` // the last commits acknowledged before the crash, in order
}

// Around finds out what surrounds a failure whose image fails each time. e is its explanation, from which the search for the
// sibling starts; it may be nil. Around returns nil if it finds nothing.
func Around(ctx context.Context, s *explore.Subject, f *explore.Failure, e *Explanation) *Circumstances {
	aside := f.Damage != nil || f.Class == "hang" || f.Class == explore.NotDeterministic || f.Endured || f.RecoveryFault != nil
	if ctx.Err() != nil || f.Tick == 0 || aside {
		return nil
	}
	ctx, stop := context.WithTimeout(ctx, s.Patience)
	defer stop()
	done := make(chan *Circumstances, 1) // buffered: the receiver may be gone
	go func() {
		c := &Circumstances{}
		if life := explore.NewLife(ctx, s, f); life != nil {
			x := &pair{explainer: &explainer{ctx: ctx, packages: s.Target.Packages, life: life}}
			if e != nil {
				x.missing = e.Missing
			}
			c.Sibling = x.sibling()
		}
		if f.Nested == nil {
			c.Moments, c.Durable = moments(ctx, s, f), durable(ctx, s, f)
		}
		done <- c
	}()
	select {
	case c := <-done:
		if c.Sibling == nil && len(c.Moments)+len(c.Durable) == 0 {
			return nil
		}
		return c
	case <-ctx.Done(): // the engine may hang
		return nil
	}
}
