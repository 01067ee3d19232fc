// Package workloads makes scripts of client operations from a seed and drives them against a key-value store, while a
// recorder keeps the evidence.
//
// The package promises:
//
//   - W1: a script is a pure function of workload, seed and size. One client runs on the caller's goroutine, in order;
//     several run concurrently, and only the schedule differs from run to run.
//   - W2: every value written in a run is unique and names the step that wrote it, but for the shortest ones of workload
//     edges; the rest of it is padding derived from that name. A judge can tell which write it sees, and a flipped bit gives a
//     value that nobody wrote.
//   - W3: everything that is sent to the store is in the history, loading included, so that a judge may start from an
//     empty store. Writes that depend on reads are recorded before the store learns of them.
//   - W4: an operation is Acked if the store returned nil, Rejected if it returned ErrConflict or ErrRefused, and
//     Unknown otherwise. A client goes on after an Unknown operation: what a poisoned store does is evidence too.
//   - W5: scripts run in phases of at most a thousand operations. All clients wait at the end of each, and one of them
//     scans the whole store while everything is quiet: judges of linearizability cut the history there.
//   - W6: a panic of the store ends the drive with a [Panic] that names the client and the operation. It is returned
//     at once: other clients may hang forever in a store whose locks the panic left behind.
//   - W7: an element of a list names the transaction, the attempt and the step that appended it. The history keeps the order
//     of the reads and writes of such a transaction, and its level. One that its client rolls back is Rejected.
//   - W8: if the store is a [Sequencer], every commit has its place in the order, or none if it never took effect.
//   - W9: a client may copy the running store, back it up, or close it and open it again while the others are at work, if
//     the store and the [Opener] can. What a copy holds is recorded as a scan of everything during the call that made it.
//   - W10: what a store offers besides [Store] is an optional interface of its own, and a store that lacks one is not asked.
//     What a cursor, a snapshot or a stream shows is recorded as reads of the call that opened it. So are the keys that a
//     cursor passes over: they are absent. A key out of its bounds or its order is ErrAstray.
//   - W11: an append-only log is a [Store] that can only be read ([FromLog]), and the steps of workload log change it. Each is
//     recorded with the indexes that it came to; clients change the log in turn and read it whenever they like.
//   - W12: some batches are handed to an [Ingester] as a table. Which ones follows from what they write, so a script is the same
//     for all stores.
//
// A client that lingers in a transaction lets others run until they have got on: stores that never wait for a disk would
// hardly ever be seen to overlap otherwise. It yields a bounded number of times and never sleeps. Some transactions have a twin, which
// begins with them and ends at once, in a goroutine of its own; it reads and writes nothing, and no history has it.
//
// Scripts are data: a Script may be driven by any number of goroutines, as nothing changes it.
//
// The package knows no engine, no filesystem and no judge.
//
// # Size
//
// The package has more exported names than usual, and a larger circle of files. Most of the names are the optional interfaces
// of stores, which adapters implement one by one and look for in one place, with Plain for stores that need none of them. The
// circle is the type Step: every generator fills it in, in a file of its own beside what its steps mean to a client, and the
// one worker takes all of them.
//
//structure:limits files=35 exported=87 circle=22
package workloads
