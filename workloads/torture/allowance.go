package torture

import (
	"context"
	"time"
)

// allowance is the time that a campaign may spend on making findings readable: confirming, explaining and shrinking
// them, and comparing profiles. It is a share of Options.For, granted in addition to it.
type allowance struct {
	limited bool
	left    time.Duration
}

const (
	readingShare = 2                // half as long as the campaign itself
	minReading   = 10 * time.Second // even for a short campaign, so that its first finding is explained
	maxReading   = 10 * time.Second // for one finding, each time
	untimed      = 2 * time.Minute  // for one finding if the campaign has no time limit: enough even on a busy machine
	firstReading = time.Minute      // for the first finding: on a tenth of a processor, ten seconds are not enough for any explanation
)

// newAllowance returns the allowance of a campaign that runs for length. If length is 0, the campaign is bounded by
// work and its allowance is unlimited, but a single finding gets at most the constant untimed.
func newAllowance(length time.Duration) *allowance {
	return &allowance{limited: length > 0, left: max(length/readingShare, minReading)}
}

// spend calls do with a context that ends when the time for one finding, or for all of them, is used up.
func (a *allowance) spend(ctx context.Context, do func(context.Context)) { a.spendPart(ctx, 1, do) }

// spendPart is spend with at most 1/parts of the remaining time, so that something is left for later steps.
func (a *allowance) spendPart(ctx context.Context, parts time.Duration, do func(context.Context)) {
	most := untimed
	if a.limited {
		most = min(maxReading, a.left/parts)
	}
	a.spendUpTo(ctx, most, do)
}

// spendFirst is spend for the first finding of a campaign. It gets this time however short the campaign is, and
// whatever it takes beyond maxReading does not count against the allowance.
func (a *allowance) spendFirst(ctx context.Context, do func(context.Context)) {
	left := a.left
	if a.limited {
		a.spendUpTo(ctx, firstReading, do)
	} else {
		a.spendUpTo(ctx, untimed, do)
	}
	a.left = max(a.left, left-maxReading)
}

// spendUpTo calls do with a context that ends after most.
func (a *allowance) spendUpTo(ctx context.Context, most time.Duration, do func(context.Context)) {
	limit, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	begin := time.Now()
	do(limit)
	a.left -= time.Since(begin)
}
