// Package blob writes and reads files of values that are too large for tables. A file is written once, in order, and
// its bytes never change; a value is found by the [Ref] that its writer returned, and by nothing else.
//
// The package promises:
//
//   - B1: every byte that Append, Value and Verify return or pass over has been compared with a CRC32C first. A flipped
//     bit is an error that is corrupt.Err and names file and offset. Never a wrong value.
//   - B2: a blob that is intact but not the one that was written there (a stale or misplaced write) is damage as well: the
//     header's checksum knows file number and offset, the Ref repeats it, and the header has the checksums of all chunks.
//   - B3: a value is read in chunks of at most 64 KiB, each of which is checked when it is read: a stream needs no more
//     memory than one chunk and the header, whatever the length of the value.
//   - B4: a Writer holds no more than 64 KiB, or what Gather says, of what it was given; longer values go to the file as they
//     are.
//   - B5: no input makes the package panic, or allocate more than the file's size.
//
// A Reader may be used by any number of goroutines, also while the file grows beyond what it knows of; a Writer and a
// Value by one. Syncing, closing and naming files are the caller's.
//
// # File
//
// All integers are little endian; uvarint is that of encoding/binary.
//
//	file    | magic u64 | version u32 | checksum u32 | blob | blob | ... |
//	blob    | checksum u32 | length u64 | chunk checksum u32 | ... | value |
//
// The checksum of the file's header covers magic and version. That of a blob covers its length and the checksums of its
// chunks. Both start from a hash of the file's number and the offset at which they stand. A value of n bytes has n/64 KiB
// chunks, rounded up: one without bytes has none. All chunks but the last have 64 KiB; a chunk's checksum covers it alone.
//
//	ref     | file uvarint | offset uvarint | length uvarint | checksum u32 |
//
// offset is that of the blob, checksum is that of its header.
//
// # Choices
//
// The checksums stand together before the value, not after each chunk: the value lies in the file as it is in memory,
// so that it is written without a copy and read into its place; and one checksum in the Ref vouches for all of it. The
// price is a pass over the value before it is written, at memory speed. Because of the length in the header, a file can
// be walked without the tables that refer to it.
package blob
