// Package past opens stores that earlier versions of Lightning have written. A changed engine agrees with what it
// writes itself; only files that are already on disk show that the format has changed.
//
//	past.go     the stores, and what each must show
//	tools.go    what the inspection tools must report about their files
//	damaged.go  what is reported about damage to the newest store, and what repair makes of it
//	forged.go   what is reported about files that no engine would write, and what repair makes of them
//	cases.go    the cases of a golden file, checked in parts
//	repository.go what is reported about damage to a repository of backups, and what can still be restored
//	testdata/   vN.zip: a store of format version N and, in shows.txt, its pairs; the engine's tests use the same stores.
//	            vN.txt, damaged.txt, forged.txt and repository.txt: the expected reports. After an intended change,
//	            `go test -update` rewrites them.
//
// Promises:
//
//   - V1: every store is read forward, backward and by key, written to, closed, verified and opened again.
//   - V2: all work happens in memory; nothing else is touched.
//
// The adapter of Lightning is the only caller; it runs the checks with those of its accounts.
package past
