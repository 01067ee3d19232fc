// Package manifest keeps the list of live files: a sequence of edits in the framing of package wal. The first edit
// holds the whole state.
//
//	edit:  a sequence of fields, each a tag byte and uvarints; keys are preceded by their length
//	  1 next file | 2 log floor | 3 last sequence number that is in tables
//	  4 added:   level, number, bytes, entries, smallest sequence number, largest, smallest key, largest key
//	  5 deleted: level, number
//	  6 format version of the store; absent in stores of version 1, else the first field of the first edit
//	  7 blob file added: number, bytes | 8 blob file removed: number
//	  9 after the table that it is about: a blob file that the table refers to: number, values, their bytes in the file
//	  10 tombstones of the table added by the field before; left out if there is none
//	  11 log end: number, bytes: the log got its last commit and is durable up to there
//
// The valid marker file with the highest number selects the current manifest:
//
//	marker.000012.MANIFEST-000034    content: that name, a newline, its CRC32C in 8 hexadecimal digits, a newline
//
// A marker is created, never renamed, and has content, so a name that reached the disk without its content is not
// valid.
//
// Promises:
//
//   - F1: edits are applied whole, in order, up to a torn tail. [Load] drops a torn tail silently, because the sync of
//     that edit cannot have returned. Damage before a synced offset is corruption.
//   - F2: an impossible state (deleting a table that is not listed, or adding one twice) is corruption, never guessed
//     at. A blob file is listed exactly as long as a listed table refers to it.
//   - F3: equal states encode to equal bytes.
//   - F4: a log whose end is known is whole or damaged, never torn. The end is forgotten when the log is obsolete.
//   - F5: a store with a newer format version than this code knows is [ErrVersion], before anything else in it is
//     examined.
//
// Why a marker. The usual alternative, renaming a file CURRENT over its predecessor, depends on the rename not reaching
// the disk before the content of the new file, which not every filesystem promises. Here the manifest is synced, then
// the directory, and only then is the marker created and synced. If power fails in between, the new marker is missing
// or invalid, and the previous one, which is removed last, still selects the previous manifest. At every moment at
// least one valid marker names a complete manifest.
package manifest
