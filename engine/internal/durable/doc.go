// Package durable is the only place in the engine that changes a disk. Every create, write, sync and remove goes
// through a [Dir] or one of its [File]s, and nothing else calls Sync.
//
// Promises:
//
//   - D1: the first failed mutation ends all mutations. Later ones return [ErrPoisoned] wrapping that first cause and
//     send nothing to the filesystem. A failed fsync is never retried: after it, the kernel treats pages as clean that
//     the disk does not have (Rebello et al., "Can Applications Recover from fsync Failures?", ATC 2020), so a second
//     fsync that succeeds proves nothing. There are two exceptions. Lack of room for a draft ([Dir.Draft]), a new file
//     on which nothing relies, is not a failure. Nor is a call that a context kept from the filesystem
//     ([Dir.WithContext]), because it changed nothing.
//
//   - D2: the call that fails returns its own cause, which is not ErrPoisoned, because its bytes may be on the disk.
//
//   - D3: syncs of one file or directory never overlap, so none can succeed after one that began earlier has failed.
//     The pages of the failed sync count as clean, and the success would say nothing about them.
//
//   - D4: names are created exclusively. An existing file is never opened for writing.
//
//   - D5: reading never fails because of an earlier failed mutation.
//
//   - D6: [Dir.Clone] uses a hard link only if the filesystem supports it; a copy is synced. Either way, the clone's
//     content is as durable as the original's.
//
//   - D7: only regular files of the directory itself are read. No name leads out of it, no link is followed, and no
//     pipe or device is opened. Each of these counts as corruption, whoever put it there.
//
// A store never renames: a name is created once and becomes durable with a sync of its directory. [Dir.Rename] is for
// lists kept outside stores, which must not be found half written and have no other proof of completeness. A Dir is
// safe for concurrent use. A File may be written by one goroutine while others sync it.
package durable
