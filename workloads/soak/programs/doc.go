// Package programs lets a soak torture a program instead of an engine: any program of this machine on a disk that FUSE mounts, or a Go
// program through WebAssembly. It implements lap.Subject.
//
//	subject.go  Subject: cells, and findings that are looked for again   fault.go   the faults of a cell, drawn by its seed
//	native.go   programs on FUSE                                         canary.go  programs with a planted bug
//	wasm.go     programs through WebAssembly
//
// A cell is one profile of the disk under one fault. It runs the program once, and cuts power at some moments of that run. The seed of
// the cell picks these moments, the calls that the fault hits and, through WebAssembly, the schedule of the goroutines. The program and
// its checker find it in TORTURE_SEED, so that each cell can do other work.
//
// Promises:
//
//   - To look for a finding again, the package runs the program again, as it is now, with the seed of the finding. A
//     saved recording would forever show what an earlier version of the program did. A program whose runs differ may
//     need several attempts.
//   - The canary is a program of the same kind that does not sync its log, so it goes through all that the program under torture goes
//     through: the disk, the run, the recoveries, the checker. Through WebAssembly it is built by the go command.
//
// The package knows neither the ledger's file nor other processes than the programs. Caller: the command exec, for the command soak.
package programs
