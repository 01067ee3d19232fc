// Package wal frames records in an append-only file, so that a reader can tell a torn tail from damage. The write-ahead
// logs and the manifests of the engine are such files.
//
// A file is a sequence of blocks of 32 KiB. A block is a sequence of chunks; where no more than a header fits, zeros
// fill it up. A record is one Full chunk, or a First, any number of Middle and a Last one. Little endian:
//
//	+--------+--------+------+--------+--------+- - - - -+
//	| crc u32| len u16|type u8| log u32| synced u64| payload |
//	+--------+--------+------+--------+--------+- - - - -+
//
// log is the number of the file, synced is the offset below which everything was known to be durable when the chunk was
// written, and crc is the CRC32C of everything after it, started from a hash of the file's number and the offset of the
// chunk. So a chunk of another file, or one that lies at the wrong place, is not a chunk.
//
// The package promises:
//
//   - W1: what Append was given is read back, in order, up to some point, and never anything else.
//
//   - W2: a file that ends early, in zeros or in garbage ends at the last whole record before; that is a torn tail.
//
//   - W3: if any later chunk proves by its synced offset that the broken bytes had been durable, it is not a torn tail
//     but corruption.
//
//   - W4: Append gathers, Flush hands over to the operating system, Sync makes durable. Bytes reach the file in the order
//     of the Appends.
//
//   - W5: a file of which the reader is told where it was closed ([Reader.EndsAt]) is read up to there, or is corrupt.
//     Nothing behind is read.
//
// What W3 cannot see is damage of the very last durable bytes. Where nobody knows the end of the file, [Writer.Seal]
// leaves a chunk of type Mark after them, which has no payload. A mark, or any synced offset above zero, also proves that
// every log before was durable as a whole: a log is synced only after all before it.
//
// A log begins with a chunk of type Begin, whose payload is the number and the length of the log before, as uvarints:
// whoever finds a gap between two logs can tell one that was cut short from one that is missing. Logs of format version
// 1 have none, and those of version 2 say no length.
//
// Append is called by one goroutine at a time; Mark, Flush and Sync may run meanwhile, also several at once. So a mark
// may lie between two chunks of a record.
package wal
