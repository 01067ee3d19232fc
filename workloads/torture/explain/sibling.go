package explain

import (
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
)

// Sibling is an image that passes and differs from a failing image in one operation.
type Sibling struct {
	Site Site `json:"site"` // the operation
	// Kept says which of the two images has the operation: the sibling if true, the failing one if false.
	Kept bool `json:"kept"`
	// Lost is the number of operations that the failing image has lost.
	Lost int `json:"lost"`
	// Other says that the failing image is not the image of the failure, but one reduced to the losses that are needed.
	Other bool `json:"other,omitempty"`
}

// maxSiblings limits the images tried, for each of the two kinds of siblings.
const maxSiblings = 64

// pair looks for two images that differ in one operation, of which only one fails.
type pair struct {
	*explainer
	missing *Site // the operation to begin with; nil: unknown
}

// sibling looks for an image that differs in one operation from the one that failed, and passes. If there is none, the
// failing image may have lost more than the failure needs, so that keeping any single operation does not save it. In
// that case, the image is first reduced to losses each of which the failure needs.
func (x *pair) sibling() *Sibling {
	tick := x.life.Tick()
	lost := x.life.Repeat()
	if !x.failsAt(tick, lost) {
		return nil // the image cannot be reproduced from its losses alone
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

// siblingOf looks for a sibling of the image with these losses: first one that has kept one of them, then one that has lost
// one operation more. The missing operation is tried first, the others from the latest to the earliest.
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

// passes reports whether the image with these losses is accepted.
func (x *pair) passes(lost []faultfs.PendingOp) bool {
	tick := x.life.Tick()
	return !x.exhausted() && x.life.Try(x.life.Point(tick), idsOf(lost), x.life.Cut(tick)) == explore.Accepted
}

// far is a sort key: 0 for the missing operation, 1 for all others.
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
	return &Sibling{Site: x.sources(trace).site(op), Kept: kept, Lost: lost}
}

func idsOf(ops []faultfs.PendingOp) []uint64 {
	ids := make([]uint64, len(ops))
	for i, op := range ops {
		ids[i] = op.ID
	}
	return ids
}
