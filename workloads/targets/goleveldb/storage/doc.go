// Package storage adapts an afero.Fs, such as the disk of a torture.Env, to goleveldb's storage.Storage. Import it, or
// copy its files:
//
//	files, err := storage.Open(env.FS, env.Dir, storage.ReadWrite)
//	db, err := leveldb.Open(files, &opt.Options{})
//	...
//	err = errors.Join(db.Close(), files.Close())
//
// # Who decides what
//
// goleveldb leaves it to its storage how a manifest becomes the current one and when a directory is synced. Both decide
// what survives a crash, so the adapter must do as the original does. It makes the same calls as goleveldb's own
// storage.OpenFile on Linux since 2019-09-19. The tests run both on the same directory and compare what it contains.
//
//   - SetMeta writes CURRENT.bak if there is a CURRENT, writes CURRENT.N, syncs each of them, renames CURRENT.N to
//     CURRENT and syncs the directory. GetMeta reads whatever a crash may leave of that, and repairs it unless it is
//     read-only.
//   - Sync of a manifest also syncs the directory. Sync of any other file syncs only that file.
//   - The lock is one of the filesystem, and its file LOCK is created if it is missing. On a faultfs the lock does not
//     survive a power cut. Opening a locked store returns syscall.EAGAIN.
//   - Log does nothing. OpenFile's Log writes the time of day to a file LOG, which no recovery reads.
//
// # Versions
//
// storage.Storage is the same in every version of goleveldb. Only storage.OpenFile itself differs: that of v1.0.0 keeps
// no CURRENT.bak.
package storage
