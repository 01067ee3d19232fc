// Package conflict decides whether a transaction may commit: Recent remembers what commits wrote while transactions
// were open, and Reads what a serializable transaction read.
//
//   - C1: what a commit wrote after the snapshot of an open transaction is found, or the transaction is told that it
//     may have been. Nothing is missed. A range delete counts as a write of each of its keys.
//   - C2: a range that was iterated over counts as read from end to end, with the keys that were not there.
//   - C3: memory is bounded. While no read-write transaction is open, nothing is remembered.
//
// Recent is used by any number of goroutines, but those of its methods that say so only under DB.commitMu. Reads is
// used by the goroutine of its transaction.
package conflict
