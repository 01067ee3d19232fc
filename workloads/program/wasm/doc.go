// Package wasm runs Go programs that are built for wasip1 on disks of the lab, in this process. It is a program.Way: no FUSE, no
// root, any operating system, and both the schedule of the goroutines and the disk follow from one seed.
//
//	way, err := wasm.New(ctx, wasm.Spec{
//		Program: []string{"./store", "work", "{dir}"},            // a package of Go, or a .wasm file
//		Check:   []string{"./store", "check", "{dir}", "{acks}"},
//	}, cache)
//	swept, err := way.Sweep(ctx, schedule.Seeds{First: 1, Last: 300}, options)
//
// {dir}, {acks}, TORTURE_DIR, TORTURE_ACKS and {dir}/.torture/ack mean what they mean in package native. The rest of the tree is
// that of the host, for reading, with a temporary directory that is empty in every run. os.ReadFile, os.Rename and (*os.File).Sync
// need no change: packages schedule and wasidisk are below.
//
// # Promises
//
//   - W1: equal seeds give equal recordings, acknowledgements and all. A finding names its seed, and shows again every time.
//   - W2: recoveries observe. Each runs from the same seed, in an instance that is put back in place of a new one, with the same
//     outcome.
//   - W3: a checker ends as in package native: 0 right, 1 wrong. If it panics, deadlocks or enters more functions than
//     Spec.Limit, the recovery has crashed or hangs, which is a finding.
//   - W4: a recovery that changes the disk is crashed in turn, after a few of its operations. The next one must be right too.
//   - W5: a sweep stops at the first seed with a finding. Seeds that make the program do the same are searched once.
//   - W6: the schedule of a finding is shrunk: after the least number of switches that shows it, goroutines run until they block.
//
// # What cannot run here
//
// wasip1 has no cgo, no memory maps, no sockets, no file locks and no processes. Of the engines that this module has adapters
// for, bbolt, Pebble, goleveldb's file storage and raft-wal do not build for it, and Badger fails when it opens a store. Such a
// program runs through FUSE. What does run: stores and logs on package os, such as tidwall/wal, and their tests:
//
//	GOOS=wasip1 GOARCH=wasm go test -c -o store.wasm ./store
//	lightning-torture exec --on wasm --check './store.wasm -test.run TestRecover {dir}' -- ./store.wasm -test.run TestPut {dir}
//
// where the tests find the directory in TORTURE_DIR; with --env TMPDIR={dir}, that of t.TempDir is on the disk too.
//
// A call of the disk is one step: nothing else runs while a sync is under way, so a race within one is not seen.
//
// Recoveries run from a seed of their own, which is always the same.
//
// The files: spec.go, modules.go (what is run), way.go (recording), acks.go and tail.go (what a program says), recover.go and
// nested.go (the checker), sweep.go and shrink.go (seeds) and replay.go. A Way belongs to one sweep at a time.
package wasm
