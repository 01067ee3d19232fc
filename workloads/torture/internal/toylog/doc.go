// Package toylog is an append-only log in segments, as simple as a durable one can be, that makes a mistake on demand. It is
// the log of the lab's own tests: each mistake must be found, and the log without one must pass.
//
// A file "meta" lists the segments with the indexes that count in each, and holds the values beside the log. It is replaced by
// a rename, and so is atomic whatever changes: a rotation, a truncation at either end, a value. A segment holds records, one for
// each batch:
//
//	| length of the rest (4) | checksum of the rest and of the number of the segment (4) | first index (8) | { length (4) | data } ... |
//
// Numbers are little endian. In the last segment records count up to the first that is torn; all others are whole.
package toylog
