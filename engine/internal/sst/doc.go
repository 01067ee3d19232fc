// Package sst writes and reads sorted tables: files that are written once, in order, and never change.
//
// Promises:
//
//   - S1: every byte of a file except the magic is covered by exactly one CRC32C. A flipped bit is reported when the
//     part that contains it is read, as corrupt.Err with file and offset, and never returned as a wrong value.
//   - S2: an intact block that is not the one written at its place (a stale or misplaced write) is damage as well:
//     every pointer to a block repeats its checksum, from the footer down.
//   - S3: the parts of a file are adjacent and end at its last byte, so Open rejects a file that was truncated or has
//     grown.
//   - S4: entries are strictly ascending by key.Compare, within and across blocks. The Writer always checks this.
//   - S5: the Writer only appends, in a few large writes. Syncing, closing and naming the file is up to the caller.
//   - S6: no input makes the package panic or allocate more than a small multiple of the file's size.
//
// A Reader is safe for concurrent use; an iterator or a Writer is not. The package knows nothing of file names, levels
// or the number of files.
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
// A handle, 16 bytes, points to a block:
//
//	+------------+--------------------+--------------+
//	| offset u64 | stored length u32  | checksum u32 |
//	+------------+--------------------+--------------+
//
// Data block: entries, each without the bytes that it shares with the previous key. Every 16th entry (a restart point)
// shares nothing, so that a search can start there. An entry larger than the block size is a block of its own.
//
//	entry   | shared uvarint | unshared uvarint | value length uvarint | trailer u64 | unshared key bytes | value |
//	payload | entry | ... | entry | offset of restart point u32 | ... | number of restart points u32 |
//
// That is the layout Restarts, the only one of version 1. If property 130 is one byte of value 1, all data blocks have
// the layout Columns. There, keys need no decoding, and each entry has an offset and a hint: the first four bytes after
// the prefix shared by all keys of the block, as a big-endian number padded with zeros. If that prefix has 8 bytes or
// more and there are at least two keys, it is removed from the keys and stored once, after the entries. Otherwise keys
// are stored whole and never have to be assembled.
//
//	entry   | trailer u64 | length of rest uvarint | rest of user key | value |
//	payload | entry | ... | prefix | offset u32 | ... | hint u32 | ... | shared length u32 | number of entries u32 |
//
// Index: for each data block the key of its last entry and its handle.
//
//	payload | number of blocks u32 | { key length uvarint | user key | trailer u64 | handle } ... |
//
// Range deletes: nothing, or one block with a rangedel.Set. Get and iterators do not apply them; [Reader.Ranges]
// returns them.
//
//	payload | count u32 | { start length uvarint | start | end length uvarint | end | sequence number uvarint } ... |
//
// Filter: a Bloom filter of the user keys, in lines of 64 bytes so that a probe costs one cache miss. It is empty if
// filters are disabled.
//
//	payload | line 64 | ... | line 64 | bits set per key u8 |
//
// Properties: what the table holds, including range deletes. The end of a range delete counts as a key of the table,
// unless it ends in a zero byte; then the key without that byte counts.
//
//	payload | entries u64 | min seq u64 | max seq u64 | raw key bytes u64 | raw value bytes u64 |
//	        | length uvarint | smallest user key | length uvarint | largest user key | { field } ... |
//
// A field, since version 2, is optional; tags ascend. A tag of 128 or more must be known to read the table; if it is
// not, Open returns ErrVersion. Other unknown tags are skipped.
//
//	field | tag u8 | length uvarint | value |
//	129   | handle of the range deletes |
//	130   | layout of data blocks u8 |
//
// Footer: the checksum covers the bytes before it. Checksum, version and magic are at the same place in every version.
//
//	+---------------+-------------------+--------------+-------------+--------------+------------+
//	| filter handle | properties handle | index handle | version u32 | checksum u32 | magic u64  |
//	+---------------+-------------------+--------------+-------------+--------------+------------+
//
// # Choices
//
// Filter, properties and index stand together in front of the footer, so that one read of the file's tail opens a
// table. If filter and index do not fit into 32 KiB, they are read by the first search instead. This way opening a
// store of thousands of tables reads little, and damage to them is found when they are used, or by Verify, as with data
// blocks. A table of at most 64 KiB is read whole by that one read and needs no other; each of its blocks is verified
// and decompressed on first use. Index keys are whole keys, not shortened separators: Verify can compare them with the
// blocks, and the tail stays small (2 % of the file with 16-byte keys and 100-byte values). The probes of a key stay
// within one cache line; with 10 bits per key, 1.0 % of 1M absent keys pass.
//
// The prefix of a block in layout Columns stands after the entries. In front of them, a prefix of 0xff bytes would be
// its own checksum, and Salvage, which looks for blocks by their checksums, would end there. With keys of 45 bytes that
// share 39, a table takes 5 % more than in layout Restarts (values of 100 bytes) or 24 % more (8 bytes), because of
// offsets and hints.
package sst
