// Package durable is the only place of the engine that changes a disk: every create, write, sync and remove of the
// store passes through a [Dir] and its [File]s, and nothing else calls Sync.
//
// The package promises:
//
//   - D1: the first mutation that fails ends all of them. Later ones return [ErrPoisoned] around that first cause and
//     send nothing to the filesystem. A failed fsync is never tried again: after it the kernel considers pages clean
//     that the disk does not have (Rebello et al., "Can Applications Recover from fsync Failures?", ATC 2020), so a
//     second one that succeeds says nothing. One failure is none: that there is no room for a draft ([Dir.Draft]), a new
//     file that nobody relies on. And a call that a context kept from the filesystem ([Dir.WithContext]) is no failure: it
//     changed nothing.
//
//   - D2: the call that fails returns its own cause, which is not ErrPoisoned: its bytes may be on the disk.
//
//   - D3: syncs of one file or directory never overlap, so none can succeed after one that began earlier has failed:
//     the pages of the failed sync count as clean, and the success would say nothing about them.
//
//   - D4: names are created exclusively. A file that exists is never opened for writing.
//
//   - D5: reading never fails because of an earlier failed mutation.
//
//   - D6: [Dir.Clone] gives a second directory a file by a hard link only if the filesystem can; a copy is synced. So
//     both directories hold what was durable before, whichever way it went.
//
//   - D7: only regular files of the directory itself are read. No name leads out of it, no link is followed, and no pipe
//     or device is opened. They are corruption, whoever put them there.
//
// A store never renames: a name is made once, and becomes durable by a sync of its directory. [Dir.Rename] is for lists
// beside stores, which must not be found half written and have no other proof. A Dir may be used by several
// goroutines. A File may be written by one and synced by others at the same time.
package durable
