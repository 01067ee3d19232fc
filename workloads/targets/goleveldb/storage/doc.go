// Package storage is the adapter from an afero.Fs, such as the disk of a torture.Env, to goleveldb's storage.Storage.
// Import it, or copy its files:
//
//	files, err := storage.Open(env.FS, env.Dir, storage.ReadWrite)
//	db, err := leveldb.Open(files, &opt.Options{})
//	...
//	err = errors.Join(db.Close(), files.Close())
//
// # What is goleveldb's, and what is this package's
//
// goleveldb leaves to its storage how a manifest becomes the current one, and when a directory is synced. So both are a
// part of what a crash meets, and the adapter does what goleveldb's own storage.OpenFile does on Linux since 2019-09-19,
// call by call; the tests run both on the same directory and compare what is in it.
//
//   - SetMeta writes CURRENT.bak if there is a CURRENT, writes CURRENT.N, syncs each of them, renames CURRENT.N to CURRENT and
//     syncs the directory. GetMeta reads what a crash may leave of that, and puts it right unless it only reads.
//   - Sync of a manifest syncs the directory, too. Sync of any other file syncs only that file.
//   - The lock is one of the filesystem, and its file LOCK is made if it is missing. That of a faultfs does not survive a
//     power cut. A store that is locked is syscall.EAGAIN.
//   - Log does nothing. That of OpenFile writes the time of day to a file LOG, which no recovery reads.
//
// # Versions
//
// storage.Storage is the same in every version of goleveldb. In v1.0.0 storage.OpenFile itself differs: it keeps no
// CURRENT.bak.
package storage
