// Package worst takes a close look at the power cuts that are hardest on a store: what the disk lost, what recovery
// read, wrote and removed, how long it took, which commits are gone, and why that is allowed. It is for readers who
// must decide whether to trust a store that passes, and who want more than a count of images.
//
//	recovery.go  Recovery: one power cut and its outcome; Worst: the worst of them
//	look.go      Worst.Look: the power cuts of a run to look at
//	steps.go     the calls of a recovery, one by one
//	losses.go    the commits that a power cut took
//	json.go      the JSON form of a Worst, for a process that goes on after this one
//
// Promises:
//
//   - W1: each disk that is examined has lost everything that it may lose at that power cut under the profile of the run: no
//     image has lost more.
//   - W2: a Recovery is reported only if the judges accept what it shows. If they reject it, the power cut is handed to
//     the search, which may have left it out.
//   - W3: which power cuts are examined, and which of them are kept, follows from the recording alone, not from the clock.
//   - W4: a campaign spends a bounded number of recoveries on this, whatever its length.
//
// The caller is the campaign of package torture. A Worst is not safe for concurrent use.
package worst
