// Package conflict decides whether a transaction may commit. Recent remembers what was written by commits made while
// transactions were open; Reads records what a serializable transaction has read.
//
//   - C1: if a commit after the snapshot of an open transaction wrote something that matters to the transaction, the
//     transaction learns of it. It may also be told of a conflict that does not exist, but none is missed. A range
//     delete counts as a write of each of its keys.
//   - C2: a range that was iterated over counts as read from end to end, including the keys that did not exist.
//   - C3: memory is bounded. While no read-write transaction is open, nothing is remembered.
//
// Why no conflict is missed: a transaction enlists before it takes its snapshot, and every commit from then on is
// added, under DB.commitMu. A commit is dropped without a trace only if every open transaction sees it, and every later
// one will. If others must be dropped for lack of room, the floor is raised above them first, and a transaction whose
// snapshot is below the floor is rejected. So the bound on memory can cause a spurious conflict but never hides a real
// one.
//
// Recent is safe for concurrent use, except for methods that require DB.commitMu and say so. Reads is used by the
// goroutine of its transaction.
package conflict
