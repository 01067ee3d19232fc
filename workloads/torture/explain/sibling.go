package explain

import (
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
)

// Sibling is an image that passes although it is one that fails but for one operation.
type Sibling struct {
	Site Site `json:"site"` // the operation
	// Kept says that the sibling still has the operation, which the image that fails has lost; otherwise it is the other way
	// round.
	Kept bool `json:"kept"`
	// Lost is how many operations the image that fails has lost. If it is not the image of the failure, that one has lost more, and
	// any of them is enough.
	Lost  int  `json:"lost"`
	Other bool `json:"other,omitempty"` // the image that fails is not the image of the failure
}

// maxSiblings is how many images are tried.
const maxSiblings = 64

// pair looks for two images that differ by one operation, one of which fails.
type pair struct {
	*explainer
	missing *Site // begin with this operation, if it is known
}

// sibling looks for an image that differs from the one that failed by one operation and passes. If there is none, the one that
// failed is reduced to the losses that it takes: of those, each makes the difference.
func (x *pair) sibling() *Sibling {
	tick := x.life.Tick()
	lost := x.life.Repeat()
	if !x.failsAt(tick, lost) {
		return nil // what was lost does not say all about this image
	}
	if s := x.siblingOf(lost); s != nil || len(lost) == 0 {
		return s
	}
	fewer := x.fewest(tick, x.life.Point(tick).Ops(), lost)
	s := x.siblingOf(fewer)
	if s != nil {
		s.Other = true
	}
	return s
}

// siblingOf looks for the sibling of the image that has lost certain operations: first one that kept an operation more, then one
// that lost an operation more. The operation that is missing comes first, then the latest.
func (x *pair) siblingOf(lost []faultfs.PendingOp) *Sibling {
	calls := callsOf(lost)
	slices.Reverse(calls)
	slices.SortStableFunc(calls, func(a, b faultfs.PendingOp) int { return x.far(a) - x.far(b) })
	count := len(calls)
	for _, call := range calls[:min(count, maxSiblings)] {
		rest := slices.DeleteFunc(slices.Clone(lost), func(p faultfs.PendingOp) bool { return sameCall(p, call) })
		if x.passes(rest) {
			return x.describe(call, true, count)
		}
	}
	kept := slices.DeleteFunc(x.life.Point(x.life.Tick()).Ops(), func(p faultfs.PendingOp) bool {
		return slices.ContainsFunc(lost, func(l faultfs.PendingOp) bool { return l.ID == p.ID })
	})
	calls = callsOf(kept)
	slices.Reverse(calls)
	for _, call := range calls[:min(len(calls), maxSiblings)] {
		if x.passes(slices.Concat(lost, parts(kept, call))) {
			return x.describe(call, false, count)
		}
	}
	return nil
}

// passes reports whether the image that has lost these operations is accepted.
func (x *pair) passes(lost []faultfs.PendingOp) bool {
	tick := x.life.Tick()
	return !x.exhausted() && x.life.Try(x.life.Point(tick), idsOf(lost), x.life.Cut(tick)) == explore.Accepted
}

// far returns 0 for the operation that is missing, and 1 for others.
func (x *pair) far(p faultfs.PendingOp) int {
	if x.missing != nil && p.Tick == x.missing.Tick {
		return 0
	}
	return 1
}

func (x *pair) describe(call faultfs.PendingOp, kept bool, lost int) *Sibling {
	trace := x.life.TraceOf(call)
	op := opAt(trace, call.Tick)
	if op == nil {
		return nil
	}
	return &Sibling{Site: newSources(x.packages, trace).site(op), Kept: kept, Lost: lost}
}

func idsOf(ops []faultfs.PendingOp) []uint64 {
	ids := make([]uint64, len(ops))
	for i, op := range ops {
		ids[i] = op.ID
	}
	return ids
}
