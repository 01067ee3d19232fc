// Package toylog is an append-only log in segments, as simple as a durable one can be. On demand it has a bug. The lab's own
// tests use it as their log: the lab must find each bug, and must pass the log that has none.
//
// The file "meta" lists the segments, each with the range of its indexes that are part of the log, and holds the values
// stored alongside the log. It is replaced by a rename, so every change is atomic: a rotation, a truncation at either
// end, a new value. A segment consists of records, one per batch:
//
//	| length of what follows the checksum (4) | checksum of that and of the segment's number (4) | first index (8) | { length (4) | data } ... |
//
// Numbers are little endian. The last segment, the tail, is valid up to its first torn record; all others must be complete.
package toylog
