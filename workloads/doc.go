// Package workloads generates scripts of client operations from a seed, drives them against a key-value store and
// records what happened as evidence for judges.
//
// The package promises:
//
//   - W1: a script is a pure function of workload, seed and size. A single client runs on the caller's goroutine, in
//     order. Several clients run concurrently, and then only the interleaving differs from run to run.
//   - W2: every value written in a run is unique and names the step that wrote it, except for the shortest ones of
//     workload edges; the rest of it is padding derived from that name. So a judge can tell which write it sees, and a
//     flipped bit gives a value that nobody wrote.
//   - W3: everything sent to the store is in the history, loading included, so that a judge may start from an empty
//     store. Writes that depend on reads are recorded before the store sees them.
//   - W4: an operation is Acked if the store returned nil, Rejected if it returned ErrConflict or ErrRefused, and
//     Unknown otherwise. A client continues after an Unknown operation: what a poisoned store does is evidence too.
//   - W5: scripts run in phases of at most a thousand operations. All clients wait at the end of each phase, and one of
//     them scans the whole store while nothing else runs. Judges of linearizability cut the history there.
//   - W6: a panic of the store ends the drive with a [Panic] that names the client and the operation. It is returned at
//     once, because the other clients may be blocked forever on locks that the panic left held.
//   - W7: an element of a list names the transaction, the attempt and the step that appended it. The history keeps the
//     order of the reads and writes of such a transaction, and its isolation level. A transaction that its client rolls
//     back is Rejected.
//   - W8: if the store is a [Sequencer], every commit that took effect has a place in the order, and no other commit
//     has one.
//   - W9: a client may copy the running store, back it up, or close and reopen it while the others are at work, if the
//     store and the [Opener] support that. The contents of a copy are recorded as a full scan that ran during the call
//     that made it.
//   - W10: what a store offers beyond [Store] is an optional interface; a store that lacks one is not asked for it.
//     What a cursor, a snapshot or a stream shows is recorded as reads of the call that opened it, and so are the keys
//     that a cursor skips: they are read as absent. A key outside its bounds or out of order is ErrAstray.
//   - W11: an append-only log is a read-only [Store] ([FromLog]); the steps of workload log change the log itself. Each
//     is recorded with the indexes that it turned out to touch. Clients take turns at changing the log and read it at
//     any time.
//   - W12: some batches are handed to an [Ingester] as a table. Which ones depends only on what they write, so a script
//     is the same for all stores.
//
// A client that lingers in a transaction lets the others run until they have made progress; otherwise transactions
// would hardly ever overlap in a store that never waits for a disk. It yields a bounded number of times and never
// sleeps. Some transactions have a twin: a transaction that begins together with them and ends at once, on a goroutine
// of its own. A twin reads and writes nothing and is not recorded.
//
// Scripts are data: nothing modifies a Script, so any number of goroutines may drive the same one.
//
// The package knows no engine, no filesystem and no judge.
//
// # Size
//
// The package has more exported names than usual, and a larger cycle of files. Most of the names are the optional
// interfaces of stores; adapters implement them one by one and should find them in one place, with Plain for stores
// that need none. The cycle comes from the type Step: each generator fills it in, in its own file, next to the code
// that executes its steps, and the one worker executes all of them.
//
//structure:limits files=35 exported=88 cycle=22
package workloads
