// Package worst looks closely at the power cuts that are hardest on a store: what the disk has lost, what recovery read, wrote and
// removed, how long it took, which commits are gone, and why they may be. It is for whoever has to decide whether a store that passes
// may hold what is dear to them, and wants to see more than a count of images.
//
//	recovery.go  Recovery: one power cut, and what came of it; Worst: the worst of them
//	look.go      Worst.Look: the power cuts of a run that are looked at
//	steps.go     the calls of a recovery, one by one
//	losses.go    the commits that a power cut took
//
// Promises:
//
//   - W1: each disk that is looked at has lost everything that it may lose at that power cut under the profile of the run: no other
//     image has less.
//   - W2: a Recovery is told of only if the judges accept what it shows. What they reject is a finding, which the search sees for itself.
//   - W3: which power cuts are looked at, and which of them are kept, follows from the recording alone, and not from the clock.
//   - W4: it costs a bounded number of recoveries in a campaign, whatever its length.
//
// The caller is the campaign of package torture. A Worst is used by one goroutine.
package worst
