// Package batch encodes and decodes the writes of one commit. The same bytes are what a batch holds in memory, what the
// log records and what recovery replays:
//
//	seq u64 | count u32 | { kind u8 | key length uvarint | key | unless a deletion: value length uvarint | value } ...
//
// Numbers are little endian. seq is the sequence number of the first write; those of the others follow without a gap.
// The value of a range delete is its end, the value of a blob reference is the encoded reference (internal/blob). The
// package interprets neither and enforces no size limits; that is left to its callers. Decoding never reads beyond its
// input and copies nothing: whatever a Reader returns aliases that input. A Reader must not be used by several
// goroutines at once.
package batch
