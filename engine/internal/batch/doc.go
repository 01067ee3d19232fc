// Package batch encodes and decodes the writes of one commit. The bytes are at once what a batch holds in memory, what
// the log records and what recovery replays:
//
//	seq u64 | count u32 | { kind u8 | key length uvarint | key | unless a deletion: value length uvarint | value } ...
//
// Numbers are little endian; seq is the sequence number of the first write, and the others follow without a gap. The
// value of a range delete is its end, that of a blob reference the encoded reference (internal/blob). The package looks
// into neither, and limits no sizes: its callers do. Decoding never reads past the bytes that it gets and copies
// nothing: what a Reader returns shares their memory. A Reader is used by one goroutine.
package batch
