// Package shards is a store whose recovery reads its files in several goroutines, in a different order each time. On demand it
// has a bug. The lab's own tests of such stores use it as their engine: the lab must find each bug, and must pass the store that
// has none.
//
// Commits are numbered and go to several logs in turn. Recovery reads a snapshot and, concurrently, the logs that belong to it,
// sorts the records by number, and stops at the first gap. The result becomes the next snapshot, with new logs; the old files are
// removed once it is durable.
//
//	store.go    reading and committing        snapshot.go  from one generation of logs to the next
//	recover.go  reading the logs               target.go    the bugs
package shards
