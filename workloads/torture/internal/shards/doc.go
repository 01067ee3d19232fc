// Package shards is a store whose recovery reads its files in several goroutines, in an order that differs each time, and that
// makes a mistake on demand. It is the engine of the lab's own tests of such stores: each mistake must be found, and the store
// without one must pass.
//
// Commits go in turn to one of a few logs, numbered. Recovery reads a snapshot and, all at once, the logs that belong to it,
// puts the records in order, and stops at the first number that is missing. What it has found becomes the next snapshot, with
// new logs of its own; the old ones are removed once it is durable.
//
//	store.go    reading and committing        snapshot.go  from one generation of logs to the next
//	recover.go  reading the logs, all at once  target.go    the mistakes
package shards
