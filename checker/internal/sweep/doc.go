// Package sweep decides whether the operations on one key have an order that fits what they returned and when they ran. It goes
// through the history once, from the first call to the last return, and keeps every configuration that the past allows: what the
// key holds, which of the running operations have taken effect, and which operations without an answer were used up. (Lowe, Testing
// for linearizability, 2017, calls this just-in-time linearization.)
//
// The package promises:
//
//   - W1: without an error the answer is exact. If there is no order, Stuck names the first operation to return that none of the
//     configurations can place, and an order of operations that works until then.
//   - W2: the answer depends only on the problem and its budget, unless the search is stopped.
//
// An operation takes effect only when it has to: because it returns, or because another one that returns needs it. Three more
// observations keep configurations few, so that the time is linear in the length of the history as long as few operations run
// at once and values tell their writers apart:
//
//   - A read takes effect as soon as the key holds what it found, because that costs nothing.
//   - Of two configurations that differ only in which unanswered operations were used up, the one that used fewer can do whatever
//     the other can. Unanswered operations that do the same are interchangeable, and so are values that nobody asks for any more.
//   - An unanswered operation takes effect only if a running one needs its value, or needs the value of an operation that needs
//     it, and so on, or if it removes a value that a running operation did not find.
//
// The last observation is wrong if operations compute a value from another one, as increments do. For such operations
// the package must not be used.
//
// It knows nothing about histories, and only the judge of linearizability calls it. A problem must not be used by several
// goroutines at once.
package sweep
