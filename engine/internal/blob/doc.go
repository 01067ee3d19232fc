// Package blob writes and reads files of values that are too large for tables. A file is written once, in order, and
// its bytes never change. A value is found only by the [Ref] that its writer returned.
//
// Promises:
//
//   - B1: every byte that Append, Value and Verify return or pass over has first been compared with a CRC32C. A flipped
//     bit is reported as corrupt.Err, with file and offset, and never returned as a wrong value.
//   - B2: an intact blob that is not the one written at its place (a stale or misplaced write) is damage as well. The
//     header's checksum depends on file number and offset, the Ref repeats it, and the header contains the checksums of
//     all chunks.
//   - B3: a value is read in chunks of at most 64 KiB, each verified when it is read. A stream therefore needs memory
//     for one chunk and the header, however long the value is.
//   - B4: a Writer buffers at most 64 KiB, or what Gather sets; longer values are written to the file directly.
//   - B5: no input makes the package panic, or allocate more than the file's size.
//
// A Reader is safe for concurrent use, even while the file grows beyond the size it knows; a Writer and a Value are
// not. Syncing, closing and naming files is up to the caller.
//
// # File
//
// All integers are little endian; uvarint is that of encoding/binary.
//
//	file    | magic u64 | version u32 | checksum u32 | blob | blob | ... |
//	blob    | checksum u32 | length u64 | chunk checksum u32 | ... | value |
//
// The checksum of the file's header covers magic and version. The checksum of a blob covers its length and the
// checksums of its chunks. Both start from a hash of the file number and their own offset. A value of n bytes has n/64
// KiB chunks, rounded up, so an empty value has none. All chunks but the last have 64 KiB; a chunk's checksum covers
// the chunk alone.
//
//	ref     | file uvarint | offset uvarint | length uvarint | checksum u32 |
//
// offset is that of the blob; checksum is the one in the blob's header.
//
// # Choices
//
// The checksums stand together in front of the value rather than after each chunk. So the value lies in the file as it
// does in memory: it is written without a copy and read in place, and the one checksum in the Ref covers all of it. The
// price is that the value must be read once, at memory speed, before it is written. The length in the header makes it
// possible to walk a file without the tables that refer to it.
package blob
