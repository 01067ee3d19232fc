// Package forge makes files of a store that no engine would write, behind checksums that are right. Disks do not do that, but other
// programs do, later versions, and an engine that has a bug: what protects against them are the checks that come after the checksum,
// which neither a crash nor a flipped bit ever reaches.
//
//	forge.go     the forgeries of a store
//	chunks.go    the records of logs and manifests
//	manifest.go  forged manifests and markers, edits.go: the fields of their records
//	log.go       forged logs
//	table.go     tables, taken apart and put together; tables.go: forged ones
//	blob.go      forged blob files
//	list.go      forged lists of backups
//
// It knows the files by the engine's FORMAT.md alone and shares no code with the engine, so that both would have to be wrong in the
// same way. Package past is the only caller.
//
// Promises:
//
//   - F1: the checksum of everything that is forged is right, so the engine reads it.
//   - F2: the content that a forgery is made of is not changed. The same files give the same forgeries.
package forge
