// Package sst writes and reads sorted tables: files that are written once, in order, and never change.
//
// The package promises:
//
//   - S1: every byte of a file but the magic is covered by exactly one CRC32C. A flipped bit is reported when the part
//     that it lies in is read, as an error that is corrupt.Err and names file and offset. Never a wrong value.
//   - S2: a block that is intact but not the one that was written there (a stale or misplaced write) is damage as well:
//     whoever points at a block repeats its checksum, from the footer down.
//   - S3: the parts of a file adjoin and end at its last byte, so a file that was cut short or grew is refused by Open.
//   - S4: entries are strictly ascending by key.Compare, in a block and across blocks. The Writer checks it always.
//   - S5: the Writer writes forwards only, in few large writes. Syncing, closing and naming the file are the caller's.
//   - S6: no input makes the package panic or allocate more than a small multiple of the file's size.
//
// A Reader may be used by any number of goroutines, an iterator or a Writer by one. The package refuses to know file
// names, levels and how many files there are.
//
// # File
//
// All integers are little endian; uvarint is that of encoding/binary.
//
//	+--------------+-----+--------------+---------------+--------+------------+-------+-----------+
//	| data block 0 | ... | data block n | range deletes | filter | properties | index | footer 64 |
//	+--------------+-----+--------------+---------------+--------+------------+-------+-----------+
//
// Every block ends in the same five bytes; the checksum is the CRC32C of payload and type:
//
//	+---------+--------------------------+--------------+
//	| payload | type u8                  | checksum u32 |
//	+---------+--------------------------+--------------+
//
// Type 0 is the payload as it is. Data blocks may be compressed: type 1 is Snappy's block format, type 2 the length of
// the payload as uvarint and a Zstandard frame. Neither may claim to become more than 32 times as long.
//
// A handle, 16 bytes, points at a block:
//
//	+------------+--------------------+--------------+
//	| offset u64 | stored length u32  | checksum u32 |
//	+------------+--------------------+--------------+
//
// Data block: entries, each without the bytes that it shares with the key before it. Every 16th entry (a restart point)
// shares nothing, so that a search can start there. An entry that does not fit the block size is a block of its own.
//
//	entry   | shared uvarint | unshared uvarint | value length uvarint | trailer u64 | unshared key bytes | value |
//	payload | entry | ... | entry | offset of restart point u32 | ... | number of restart points u32 |
//
// That is the layout Restarts, the only one of version 1. With field 130 of the properties, one byte of value 1, all
// data blocks have the layout Columns: keys that need no decoding, and for each the offset of its entry and a hint, the
// first four bytes after those that all keys of the block share (as a big-endian number, zeros where the key ends). If
// these are 8 or more, and the keys two or more, they are cut off the keys, and stand once after the entries: the
// prefix. Otherwise keys are whole, and nobody has to assemble them.
//
//	entry   | trailer u64 | length of rest uvarint | rest of user key | value |
//	payload | entry | ... | prefix | offset u32 | ... | hint u32 | ... | shared length u32 | number of entries u32 |
//
// Index: for each data block its last entry's key and its handle.
//
//	payload | number of blocks u32 | { key length uvarint | user key | trailer u64 | handle } ... |
//
// Range deletes: none, or one block of a rangedel.Set. Get and iterators do not apply them; [Reader.Ranges] has them.
//
//	payload | count u32 | { start length uvarint | start | end length uvarint | end | sequence number uvarint } ... |
//
// Filter: a Bloom filter of the user keys, in lines of 64 bytes so that a probe costs one cache miss. Empty if switched
// off.
//
//	payload | line 64 | ... | line 64 | bits set per key u8 |
//
// Properties: what the table holds, range deletes included (an end counts as a key of the table, unless it ends in a
// zero byte: then the key before it does).
//
//	payload | entries u64 | min seq u64 | max seq u64 | raw key bytes u64 | raw value bytes u64 |
//	        | length uvarint | smallest user key | length uvarint | largest user key | { field } ... |
//
// A field, since version 2, is optional; tags ascend. A tag of 128 or more must be known to read the table: if it is
// not, Open returns ErrVersion. Other unknown tags are skipped.
//
//	field | tag u8 | length uvarint | value |
//	129   | handle of the range deletes |
//	130   | layout of data blocks u8 |
//
// Footer: the checksum covers the bytes before it. Checksum, version and magic stay where they are in every version.
//
//	+---------------+-------------------+--------------+-------------+--------------+------------+
//	| filter handle | properties handle | index handle | version u32 | checksum u32 | magic u64  |
//	+---------------+-------------------+--------------+-------------+--------------+------------+
//
// # Choices
//
// Filter, properties and index stand together before the footer so that one read of the file's tail opens a table. If
// filter and index do not fit into 32 KiB, they are left to the first search: opening reads as little of a store of
// thousands of tables, and their damage is found when they are used, or by Verify, as that of data blocks is. A
// table of at most 64 KiB is read whole by that read and needs no other; each of its blocks is checked, and
// decompressed, when it is read first. Index keys are whole keys, not shortened
// separators: Verify can compare them with the blocks, and the tail stays small (2 % of the file with 16-byte keys and
// 100-byte values). The probes of a key stay in one cache line; with 10 bits per key 1.0 % of 1M absent keys pass.
//
// The prefix of a block in layout Columns stands after the entries: before them a prefix of 0xff bytes is its own
// checksum, and Salvage, which looks for blocks by that, would end there. With keys of 45 bytes that share 39 a table
// takes 5 % more than in layout Restarts (values of 100 bytes) or 24 % (8 bytes): offsets and hints.
package sst
