// Package wasm runs Go programs built for wasip1 on simulated disks, inside this process. It implements program.Way without FUSE
// and without root, on any operating system, and one seed determines both the schedule of the goroutines and the disk.
//
//	way, err := wasm.New(ctx, wasm.Spec{
//		Program: []string{"./store", "work", "{dir}"},            // a package of Go, or a .wasm file
//		Check:   []string{"./store", "check", "{dir}", "{acks}"},
//	}, cache)
//	swept, err := way.Sweep(ctx, schedule.Seeds{First: 1, Last: 300}, options)
//
// {dir}, {acks}, TORTURE_DIR, TORTURE_ACKS and {dir}/.torture/ack mean the same as in package native. The rest of the
// file tree is the host's, read-only, except for a temporary directory that is empty at the start of every run. Programs
// use package os as always; Spec.Setup prepares their store, and power is cut only after it. It is built on packages
// schedule and wasidisk.
//
// # Promises
//
//   - W1: equal seeds give equal recordings, including acknowledgements. A finding names its seed and reproduces every time.
//   - W2: recoveries observe. Each runs from the same seed. Its instance is reset to its initial state rather than
//     created anew, with the same outcome.
//   - W3: a checker exits as in package native: 0 if all is right, 1 if not. If it panics, deadlocks or calls more functions than
//     Spec.Limit, the recovery has crashed or hangs, which is a finding.
//   - W4: a recovery that changes the disk is itself crashed, after a few of its operations. The next recovery must be right too.
//   - W5: a sweep stops at the first seed with a finding. Seeds that make the program do the same are searched once.
//   - W6: the schedule of a finding is shrunk: after the smallest number of switches that shows it, goroutines run until they block.
//
// # What cannot run here
//
// wasip1 has no cgo, no memory maps, no sockets, no file locks and no processes. Of the engines that this module has adapters for,
// bbolt, Pebble, goleveldb's file storage and raft-wal do not build for it, and Badger fails to open a store. Such programs need
// FUSE. Stores and logs that use only package os do run, such as tidwall/wal, and so do their tests:
//
//	GOOS=wasip1 GOARCH=wasm go test -c -o store.wasm ./store
//	lightning-torture exec --on wasm --check './store.wasm -test.run TestRecover {dir}' -- ./store.wasm -test.run TestPut {dir}
//
// where the tests find the directory in TORTURE_DIR; with --env TMPDIR={dir}, that of t.TempDir is on the disk too.
//
// A disk operation is one atomic step: nothing else runs during a sync, so a race with a sync in progress cannot be
// seen.
//
// All recoveries run from one fixed seed, which does not depend on the seed of the program.
//
// The files: spec.go, modules.go (what is run), way.go (recording), acks.go and tail.go (what a program says), recover.go and
// nested.go (the checker), sweep.go and shrink.go (seeds) and replay.go. A Way belongs to one sweep at a time.
package wasm
