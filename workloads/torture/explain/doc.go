// Package explain finds out why a failure happens: which operation should have been durable before which other one, and on
// which filesystems that matters.
//
// An explanation is an experiment (T8 of package torture), so it says what was observed and not what is likely. The image of
// a failure has usually lost many operations, most of which are irrelevant. Explain recovers images that have lost a chosen
// set of operations and no others, and proceeds in two steps:
//
//  1. It looks for the smallest loss that alone makes the store fail in the same way: ideally that of a single call.
//     That is the operation that was not durable (Explanation.Missing).
//  2. It keeps this loss and moves the crash to the earliest point of the run at which the store fails with it. The
//     operation there (Explanation.By) must not happen before the lost one is durable. If the crash fails there only
//     because a commit had been acknowledged by then, By is that acknowledgement.
//
// These two are the missing order: the missing sync belongs between them. If the store fails although nothing is lost,
// no sync is missing; then Explain leaves out one operation at a time to find the one that does the damage. A standing
// check of the target that cut the power is explained by experiments with the check's own disk. Profiles crashes the
// same recording around the same point under every other profile (T9).
//
// Where no order is missing, there is nothing to experiment with: rot, hangs, copies that lack something, stores that
// grow, checks that cut no power. Then the explanation says only where in the engine the damaged file was read, the copy
// was made or the call waits, which calls made the files, or where the check judges. Of answers that contradict each
// other it says whether a store that recovers the disk of that moment is wrong too, since which operation, what was
// under way then, what was done to files meanwhile, and which versions of the key the files hold, if the target can
// tell. If time runs out after the first step, the answer is the loss alone.
//
//	explain.go        which losses a failure needs   sentence.go  puts the answer into words
//	turn.go           what makes a loss fatal        sources.go   the engine's source line of an operation
//	explanation.go    Explanation, Site              profiles.go  the same failure on other filesystems
//	growth.go         what makes a store grow        moments.go   since when the failure is possible
//	circumstances.go  what surrounds a failure       durable.go   when commits became durable
//	sibling.go        an image that passes           steps.go     what happened, where no order is missing
//	wronganswer.go    answers that contradict each other
//
// The functions of this package do not change their arguments. Each runs its own experiments, limited by the subject's
// patience and by a number of trials.
package explain
