// Package past opens stores that earlier versions of Lightning have written. An engine that writes and reads in a new way agrees with
// itself; only what is on disks already shows that the way has changed.
//
//	past.go     the stores, and what each must show
//	tools.go    what the tools that look into files must say of them
//	damaged.go  what is said of damage in the newest of them, and what repair makes of it
//	forged.go   what is said of files that no engine would write, and what repair makes of them
//	said.go     what is said, part by part
//	repository.go what is said of damage in a repository of its backups, and what can be restored
//	testdata/   vN.zip: a store of format version N, and in shows.txt its pairs, both as the engine's tests have them;
//	            vN.txt, damaged.txt, forged.txt and repository.txt: what is said; `go test -update` writes them anew, where it is meant to change
//
// Promises:
//
//   - V1: every store is read in every way, forward, backward and key by key, written to, closed, verified and opened again.
//   - V2: nothing outside of memory is touched.
//
// The adapter of Lightning is the only caller, where it checks accounts.
package past
