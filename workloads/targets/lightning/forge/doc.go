// Package forge makes store files that no engine would write, with correct checksums. Disks do not do that, but other
// programs, later versions and a buggy engine do. The protection against them is in the checks that follow the
// checksum, which neither a crash nor a flipped bit ever reaches.
//
//	forge.go     the forgeries of a store
//	chunks.go    the records of logs and manifests
//	manifest.go  forged manifests and markers, edits.go: the fields of their records,
//	             edges.go: their numbers at their limits
//	log.go       forged logs
//	table.go     tables, taken apart and put together; tables.go: forged ones;
//	             resized.go: parts of another length
//	blob.go      forged blob files
//	list.go      forged lists of backups
//
// The package knows the files from the engine's FORMAT.md alone and shares no code with the engine, so an error in
// reading the format would have to be made twice to go unnoticed. Package past is the only caller.
//
// Promises:
//
//   - F1: every forged part has a correct checksum, so the engine reads it.
//   - F2: the input files are not modified, and the same files always give the same forgeries.
package forge
