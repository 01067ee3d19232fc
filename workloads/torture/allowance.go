package torture

import (
	"context"
	"time"
)

// allowance is the time that a campaign may take to make its findings readable: to confirm, explain and shrink them, and to
// compare profiles. It comes on top of Options.For, and is a share of it.
type allowance struct {
	limited bool
	left    time.Duration
}

const (
	readingShare = 2                // half as long as the campaign itself
	minReading   = 10 * time.Second // however short the campaign is: the first finding of a short run is explained too
	maxReading   = 10 * time.Second // for one finding, each time
	unhurried    = 2 * time.Minute  // the same, if nobody waits: a busy machine must not leave a finding as it was found
)

// newAllowance returns the allowance of a campaign of a length; 0: it is bounded by work, and so are its findings.
func newAllowance(length time.Duration) *allowance {
	return &allowance{limited: length > 0, left: max(length/readingShare, minReading)}
}

// spend calls do with a context that ends when the time for one finding, or for all, is over.
func (a *allowance) spend(ctx context.Context, do func(context.Context)) { a.spendPart(ctx, 1, do) }

// spendPart is spend with one of so many parts of the time that is left for all: the rest is for what comes then.
func (a *allowance) spendPart(ctx context.Context, parts time.Duration, do func(context.Context)) {
	most := unhurried
	if a.limited {
		most = min(maxReading, a.left/parts)
	}
	limit, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	begin := time.Now()
	do(limit)
	a.left -= time.Since(begin)
}
