// Package provoked puts stores of its own into situations that a run rarely meets by chance, and checks that they come
// out of them as they should.
//
//	checks.go    all checks, by name
//	store.go     a small store with some of everything, and what it must show
//	stalls.go    writers that wait, for each possible reason
//	reliefs.go   the ways in which such a wait ends
//	room.go      a disk that is full while a store works in the background
//	ended.go     work that ends early: at each of its calls the context is cancelled, the disk is full, or a read fails;
//	             errands.go: that work
//	diverged.go  backups of two stores that were one, in one repository
//	unlisted.go  repositories in which a list cannot be read
//	rotted.go    streams of a value of which a part has rotted
//	poisoned.go  reads and writes after a failed write
//	kept.go      a power cut at each operation of a repair
//	nested.go    stores and copies in nested directories that do not exist yet
//	crossed.go   commits during a sync that is held up, before or after the disk has done it
//	backlog.go   a power cut while several logs wait for a flush, and others during the recovery
//	flight.go    commits in flight when the disk fails
//	alike.go     similar keys, and many versions of one key
//	long.go      work during a commit that takes long
//	lent.go      slices that are overwritten once the call that they were passed to has returned
//	levels.go    sequences of commits with every durability
//	space.go     keys that are overwritten again and again, also under a reader, values in many small files, and caches of
//	             several sizes
//	conflicts.go transactions that have read what another commit writes, or write to it themselves
//	claimed.go   a log that is written to during a sync of it, or during another write
//	busy.go      many clients on a disk whose calls let others run, also with one open file
//	shortened.go logs that are cut after the store was closed or the next log was begun, or cannot be read then
//	brim.go      a disk that is filled to the last page
//	causes.go    two failures, the second of which begins before the first
//	failed.go    a session one of whose calls fails
//	copied.go    copies during commits of large values, and of stores that have lost a file
//	repaired.go  stores of which one large value has rotted
//	born.go      snapshots during commits that overwrite a key
//	lengths.go   values of all lengths at which they are written or read in another way
//	linked.go    copies on disks that refuse links
//	waited.go    work that waits, to the end or until it is cancelled
//	twins.go     commits of the same keys at once
//	mended.go    repairs of small stores, whatever file is damaged and with whatever numbers they began
//	told.go      a power cut at each event that a store reports to its listener
//	marked.go    a marker that rots after a kill
//	killed.go    a power cut in the session after one that was killed
//	begun.go     transactions that begin while commits are in flight
//	retried.go   an update that conflicts with a commit which is not visible yet
//
// Promises:
//
//   - P1: every situation is forced, so the outcome depends neither on chance nor on the load of the machine. The exceptions
//     are work during a long commit, large values or a new snapshot, commits of the same keys, and clients on a busy
//     disk: they may come too late to meet the situation, and then the check passes.
//   - P2: all stores are in memory, and nothing is left open.
//   - P3: an error names the situation, and what was expected.
//
// The adapter of Lightning calls it where it checks accounts, once per process. Each situation has a file of its own, so
// there are many.
//
//structure:limits files=42
package provoked
