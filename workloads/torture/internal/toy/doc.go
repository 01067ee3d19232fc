// Package toy is a store in a single log, as simple as a durable store can be. On demand it has a bug. The lab's own tests use
// it as their engine: the lab must find each bug, and must pass the store that has none.
//
// A record of the log is its length (4 bytes, little endian, whose highest bit says that the commit asked for Sync), a
// checksum (4 bytes), and the writes. Recovery reads the records up to the first that is torn, writes them to a new log and
// renames that over the old one.
package toy
