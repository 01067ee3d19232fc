// Package wal frames records in an append-only file so that a reader can tell a torn tail from damage. The engine's
// write-ahead logs and manifests are such files.
//
// A file is a sequence of blocks of 32 KiB, and a block a sequence of chunks. When only a header or less would fit into
// the rest of a block, it is filled with zeros. A record is one Full chunk, or a First, any number of Middle and a Last
// chunk. Little endian:
//
//	+--------+--------+------+--------+--------+- - - - -+
//	| crc u32| len u16|type u8| log u32| synced u64| payload |
//	+--------+--------+------+--------+--------+- - - - -+
//
// log is the number of the file. synced is the offset below which everything was known to be durable when the chunk was
// written. crc is the CRC32C of everything after it, starting from a hash of the file's number and the chunk's offset.
// So a chunk of another file, or one at the wrong place, is not a valid chunk.
//
// Promises:
//
//   - W1: the records given to Append are read back in order up to some point, and nothing else is.
//
//   - W2: a file that ends early, or continues with zeros or garbage, ends at the last whole record; that is a torn
//     tail.
//
//   - W3: if a later chunk proves by its synced offset that the broken bytes had been durable, it is corruption and not
//     a torn tail.
//
//   - W4: Append gathers, Flush hands over to the operating system, Sync makes durable. Bytes reach the file in the
//     order of the calls of Append.
//
//   - W5: if the reader is told where the file was closed ([Reader.EndsAt]), the file is readable up to there or is
//     corrupt. Nothing beyond that is read.
//
// How a torn tail is told from damage. When power fails during an append, the end of the file may be missing, zero or
// garbage, and recovery must drop it silently: nothing in it was promised to survive. But bytes that rotted after they
// were acknowledged look exactly the same, and dropping those would lose commits without a word. So every chunk carries
// the durable offset at the time it was written. If anything after the bad bytes was written when they were already
// durable, they are damage, whatever they look like. If nothing was, nothing after them is known to have been durable,
// and the tail can be dropped.
//
// W3 cannot detect damage to the very last durable bytes. Where the end of the file is not recorded elsewhere,
// [Writer.Seal] writes a chunk of type Mark after them, which has no payload. A mark, or any synced offset above zero,
// also proves that every earlier log was durable in full, because a log is synced only after all logs before it.
//
// A log starts with a chunk of type Begin, whose payload is the number and length of the preceding log, as uvarints.
// With it, a reader that finds a gap between two logs can tell whether the first was truncated or another one is
// missing. Logs of format version 1 have none, and those of version 2 do not state the length.
//
// Append is called by one goroutine at a time. Mark, Flush and Sync may run concurrently with it and with one another.
// So a mark may lie between two chunks of a record.
package wal
