// Package manifest keeps the list of live tables: a sequence of version edits in the framing of package wal, the first
// of which is the whole state.
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
// The name of the valid marker file with the highest number says which manifest is current:
//
//	marker.000012.MANIFEST-000034    content: that name, a newline, its CRC32C in 8 hexadecimal digits, a newline
//
// A marker is created, not renamed, and has content, so a name that reached the disk alone is not a marker.
//
// The package promises:
//
//   - F1: edits are applied whole, in order, up to a torn tail, which [Load] drops silently because its sync cannot
//     have returned. Damage before a synced place is corruption.
//   - F2: an impossible state (a deleted table that was not there, or one added twice) is corruption, never a guess. A
//     blob file is listed exactly as long as some listed table refers to it.
//   - F3: equal states encode to equal bytes.
//   - F4: a log whose end is known is whole or damaged, never torn. The end is forgotten when the log is obsolete.
//   - F5: a store of a newer format version than this code knows is [ErrVersion], before anything else in it is judged.
package manifest
