// Package schedule runs concurrent Go programs on a schedule that is a pure function of a seed.
//
// A program that is built with GOOS=wasip1 GOARCH=wasm has one thread, and asks its host for everything that it does not
// compute. This package is such a host: the clock, the random source, the sleep and the moments at which one goroutine
// must make room for another come from the seed. So does everything that Go makes of them: which case of a select is
// taken, in which order a map is walked, who waits for a mutex. No line of the program has to change.
//
//	Load     instrument the module, compile it, once                program.go instrument.go module.go cache.go
//	Run      an instance in a world made from a seed                run.go world.go files.go trace.go
//	         ... which takes the processor away now and then        switcher.go
//	Again    many runs from one seed, each with other files         again.go state.go
//	Sweep    many seeds; the lowest that fails                      sweep.go
//	Command  what to paste to run that seed again                   command.go
//
// How goroutines are made to switch. Left alone, Go on WebAssembly never preempts: a goroutine runs until it blocks, and
// all seeds give nearly the same schedule. But every function of a Go program begins by comparing its stack pointer with
// g.stackguard0, and the Go runtime itself asks a goroutine to yield by writing a huge number there. Load puts a
// countdown before each function. When it reaches zero the host does what the runtime would do: it writes the number
// into the running goroutine, and draws the next countdown. Go decides as always whether it may be preempted here: never
// inside the allocator, the scheduler or under a runtime lock. How often it happens is itself drawn from the seed, from
// every 16 to every 4,096 calls on average, because some bugs need many switches and some need few.
//
// What holds:
//
//   - S1: the same program with the same arguments, environment and files runs the same from the same seed, to the last
//     call. [Outcome] has a hash over every host call with its arguments, every byte printed and every switch.
//   - S2: time is virtual. It moves by a little at every reading of the clock and by as much as is slept; sleeping costs
//     nothing. A program whose goroutines all wait for a timer is at its end at once: a test that hangs meets the
//     -timeout of go test at once too.
//   - S3: a deadlock, a panic and a failed test are exit codes of the program, as they would be anywhere.
//   - S4: a sweep reports the lowest seed that fails, however many ran at once.
//   - S5: the program reads the files of the host and may write only below os.TempDir(), which is new and empty in each
//     run, and where go test sends coverage. It has no network and cannot start processes.
//   - S6: it sees the environment variables it is given, PWD, TMPDIR and SCHEDULE_SEED, which is the seed, for a test
//     that draws its own data from it.
//   - S7: with Files of its own, a job sees the host only as far as they show it. Package wasidisk makes such files of disks
//     that can lose power.
//   - S8: Again has the outcomes of Run, hash and all. It saves the memory, the registers and the stack of an instance shortly
//     before the program looks at a file for the first time, and puts them back when it has ended: a small program then takes half
//     a millisecond in place of ten.
//
// What does not:
//
//   - There is no parallelism, so a race of two memory accesses without a function call between them is not seen, nor is
//     anything of the memory model. That is what go test -race is for. It finds races that had no effect; this package finds
//     effects, also of code whose every access is locked.
//   - Goroutines switch at the entry of functions that are not inlined. The next one to run is the one that has waited
//     longest: orders that need one to be starved for long are rare.
//   - Other Go versions, other build flags and another directory are other programs: a seed found with one need not fail
//     with the other. What a program reads of the host beyond the content of files, such as the time of a change, is
//     not made from the seed.
//   - A program that spins for ever without reading the clock spins for ever here, unless its job has a Limit. One that
//     spins without calling a function is not stopped by that either.
//
// Tried and rejected: calls of runtime.Gosched in the filesystem and the clients (switches only there, and the program
// has to change); wazero's function listeners in place of the countdown (each walks the stack: 15 times slower).
//
// A Program may be run by several goroutines at once. The package knows nothing else of this module but hostdisk.
package schedule
