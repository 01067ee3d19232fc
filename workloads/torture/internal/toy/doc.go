// Package toy is a store in one log, as simple as a durable store can be, that makes a mistake on demand. It is the engine of
// the lab's own tests: each mistake must be found, and the store without one must pass.
//
// A record of the log is its length (4 bytes, little endian, whose highest bit says that the commit asked for Sync), a
// checksum (4 bytes), and the writes. Recovery reads the records up to the first that is torn, writes them to a new log and
// renames that over the old one.
package toy
