package explore

import (
	"context"
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/torture/decide"
)

// How often the image of a failure is recovered again. After a hundred crashes in a row one repetition costs as much as a
// hundred images, so there are fewer.
const (
	confirmations        = 8
	enduredConfirmations = 2
)

// Confirmed says how often a failure showed when its own image was recovered again.
type Confirmed struct{ Shown, Of int }

// Steady reports whether the failure showed each time. A failure that was not looked for counts as steady.
func (c Confirmed) Steady() bool { return c.Shown == c.Of }

// String returns "3 of 8".
func (c Confirmed) String() string { return fmt.Sprintf("%d of %d", c.Shown, c.Of) }

// Confirm recovers the image of a failure again and counts how often it fails in the same way. If recovery is not
// repeatable, the store may pass the next time. Experiments with such a failure prove nothing, and shrinking it does
// not converge. Failures without a crash and hangs are not repeated.
func Confirm(ctx context.Context, s *Subject, f *Failure) Confirmed {
	if f.Tick == 0 || f.Class == "hang" {
		return Confirmed{}
	}
	if s.Looks.Vary() {
		f.settle(ctx, s)
	}
	times, shows := confirmations, func() bool { return f.showsAgain(ctx, s) }
	if f.Endured {
		times = enduredConfirmations
	}
	if f.Crashes > 1 && f.Judge != growthJudge {
		life, repeats := NewLife(ctx, s, f).(*enduredLife)
		if !repeats {
			return Confirmed{Of: 1}
		}
		times, shows = confirmations, life.shows
	}
	var c Confirmed
	for range times {
		if ctx.Err() != nil {
			break
		}
		if shown := shows(); ctx.Err() != nil {
			break
		} else if shown {
			c.Shown++
		}
		c.Of++
	}
	return c
}

// showsAgain recovers the image of a failure once more and reports whether it fails in the same way. If the image was
// decided on demand and this recovery looks at something else, the image is decided beforehand from then on.
func (f *Failure) showsAgain(ctx context.Context, s *Subject) bool {
	found := Explore(ctx, again(s, f))
	shows := slices.ContainsFunc(found.Failures, func(other Failure) bool { return other.Fingerprint() == f.Fingerprint() })
	if !shows && found.Tally.Divergences > 0 && f.settle(ctx, s) {
		s.Looks.Stray()
		return f.showsAgain(ctx, s)
	}
	return shows
}

// settle turns the image of a failure, if it was decided on demand, into one decided beforehand, and reports whether it did.
func (f *Failure) settle(ctx context.Context, s *Subject) bool {
	if !f.Way.Asks() || f.Damage != nil || f.decided == nil {
		return false
	}
	f.Picks, f.Way = decide.Settled(newFirstLife(ctx, s, f).Point(f.Tick), f.decided), decide.Beforehand
	return true
}

// again requests the image of a failure and no other. If the image is decided beforehand, recovery need not make its calls in
// the same order each time, so neither the tick of a nested crash nor the number of a fault identifies the same call. Then
// all of them are requested.
func again(s *Subject, f *Failure) Request {
	req := NewRequest(s)
	req.Way = f.Way
	if f.Class == NotDeterministic {
		req.Repeat = confirmations
	}
	if f.Endured {
		req.Endless = f.Tick
		return req
	}
	req.Ticks = [][]uint64{{f.Tick}}
	req.Only = &Image{Leaf: f.Leaf, Picks: f.Picks, Nested: f.Nested}
	if f.RecoveryFault != nil {
		req.RecoveryFault = f.RecoveryFault.Number
	}
	req.ReopenAll = f.Judge == ReopeningJudge
	if f.Nested != nil {
		req.Nest, req.Lives, req.NestedTick = 1, MaxImages, f.Nested.Tick
	} else if req.Lives = 0; f.Lived {
		req.Nest, req.Lives = 1, 1
	}
	if f.Way == decide.Beforehand {
		req.AnyCall()
		req.First, req.Until = true, f.Fingerprint()
	}
	return req
}
