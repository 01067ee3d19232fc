// Package schedule runs concurrent Go programs on a schedule that is a pure function of a seed.
//
// A program built with GOOS=wasip1 GOARCH=wasm has one thread and asks its host for everything that it does not
// compute. This package is such a host. It derives the clock, the random source, sleeping and the points of preemption
// from the seed, and with them everything that Go derives from these: which case a select takes, the order in which a
// map is iterated, who waits for a mutex. The program itself need not be changed.
//
//	Load     instrument the module, compile it, once                program.go instrument.go module.go cache.go
//	Run      an instance in a world made from a seed                run.go world.go files.go trace.go
//	         ... which takes the processor away now and then        switcher.go
//	Again    many runs from one seed, each with other files         again.go state.go
//	Sweep    many seeds; the lowest that fails                      sweep.go
//	Command  what to paste to run that seed again                   command.go
//
// How goroutines are made to switch. Go never preempts on WebAssembly: a goroutine runs until it blocks, and all seeds
// would give nearly the same schedule. But every function of a Go program begins by comparing its stack pointer with
// g.stackguard0, and the Go runtime asks a goroutine to yield by writing a huge number there. So Load inserts a
// countdown before each function. When it reaches zero, the host does what the runtime would do: it writes that number
// into the running goroutine, and draws the next countdown. Go decides as usual whether the goroutine can be preempted
// here: never inside the allocator, in the scheduler or under a runtime lock. The mean of the countdown is itself drawn
// from the seed, between 16 and 4,096 calls, because some bugs need many switches and some need few.
//
// Promises:
//
//   - S1: the same program with the same arguments, environment, files and seed takes exactly the same course.
//     [Outcome] has a hash over every host call with its arguments, every byte printed and every switch.
//   - S2: time is virtual. It advances a little with every reading of the clock, and by the duration of every sleep;
//     sleeping takes no real time. If all goroutines wait for timers, time jumps to the next one, so a test that hangs
//     reaches the -timeout of go test at once.
//   - S3: deadlocks, panics and failed tests show in the program's exit code, as on any platform.
//   - S4: a sweep reports the lowest failing seed, however many ran at once.
//   - S5: the program can read the files of the host. It can write only below os.TempDir(), which is new and empty in
//     each run, and to where go test wants coverage. It has no network and cannot start processes.
//   - S6: its environment consists of the variables of the job, PWD, TMPDIR, and SCHEDULE_SEED, the seed, for tests
//     that draw their own data from it.
//   - S7: a job with Files of its own sees only what they show. Package wasidisk provides Files on disks that can lose
//     power.
//   - S8: the outcomes of Again are those of Run, including the hash. Again saves the memory, the registers and the
//     stack of an instance shortly before the program first accesses a file, and restores them when it has ended. A
//     small program then takes half a millisecond instead of ten.
//
// Limits:
//
//   - There is no parallelism. So neither data races without a function call between the accesses nor effects of the
//     memory model show. Those are for go test -race, which finds races that had no effect; this package finds effects,
//     including those of code whose every access is locked.
//   - Goroutines switch only at the entry of functions that are not inlined. The next to run is the one that has waited
//     longest, so schedules in which one goroutine starves for long are rare.
//   - Other Go versions, build flags and directories make other programs: a seed that fails in one need not fail in the
//     other. What a program learns of the host's files beyond their content, such as modification times, does not come
//     from the seed.
//   - A program that spins without reading the clock spins forever, unless its job has a Limit. One that spins without
//     calling a function is not stopped by that either.
//
// Rejected alternatives: calls of runtime.Gosched in the filesystem and the clients, because goroutines switch only
// there and the program has to change; wazero's function listeners instead of the countdown, because each call walks
// the stack, which is 15 times slower.
//
// A Program may run in several goroutines at once. The package depends on no other package of the module but hostdisk.
package schedule
