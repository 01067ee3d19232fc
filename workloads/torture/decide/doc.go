// Package decide says what a crash image has of what was pending when power was cut, for one image after the other.
//
// There are two ways. An image that is decided on demand decides when recovery looks: a depth-first search takes every
// answer in turn, and each leaf stands for all images that recovery cannot tell apart. That takes a recovery that asks the
// same again if it sees the same. One whose goroutines read the disk in another order each time gets images that are decided
// beforehand: all that anybody could see of them is decided before recovery begins, in the order of the lab's own.
//
//	way.go    the two ways, and which of them suits a target
//	path.go   the answers that lead to an image; the depth-first search
//	subset.go looks that would take too many answers
//	wide.go   the subsets with which they are answered, and those that are left out
//	list.go   the images of a crash point that are decided beforehand
//
// Promises:
//
//   - D1: a path leads to the same image again, whoever looks at it: on demand if it asks the same, beforehand always.
//
//   - D2: images that are decided beforehand are all that there are of their crash point, if List says so; no two read the same.
//     Where there are too many, it is a sample (faultfs.CrashPoint.Sample) of which nothing is claimed.
//
//   - D3: a target is taken for one that asks the same until one of its recoveries has not; from then on every image is decided
//     beforehand. What was explored before that is claimed to be no more than a sample.
//
//   - D4: a bounded path tries, at a look that would take too many answers, every subset of the ops up to a number of holes,
//     but for those that lie between two that have shown the same. How many holes, is what Bound says; a search that left out
//     more is Short.
//
// A Path and a Lister belong to one goroutine at a time, but for the questions of an engine; Looks to any number.
package decide
