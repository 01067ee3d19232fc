// Package serial adds transactions to engines that have none, by running them one at a time.
//
//  1. A transaction holds a mutex from Begin until its writes are applied. It waits for the disk after releasing the
//     mutex, so that syncing transactions still share the engine's group commit.
//  2. Transactions exclude one another, but not plain commits. A store whose keys are written by both is not
//     serializable, and its target must not promise Transactions.
//  3. A transaction reads its own writes. Beginning a second one on the same goroutine before the first has ended
//     deadlocks.
package serial
