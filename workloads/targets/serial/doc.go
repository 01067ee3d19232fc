// Package serial gives transactions to engines that have none: one at a time.
//
//  1. A transaction holds a mutex from Begin until its writes are applied; waiting for the disk is outside, so that
//     transactions that sync share what the engine does for several committers.
//  2. Transactions exclude one another, not plain commits. A store whose keys are written by both is not serializable,
//     and its target must not promise Transactions.
//  3. A transaction reads its own writes. Whoever begins a second one before the first has ended waits for ever.
package serial
