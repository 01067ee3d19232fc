// Package lock gives a directory to one user at a time: an open store, or a repository of backups that is being
// changed.
//
// On the operating system's filesystem the lock is an advisory lock of the file LOCK, which the kernel releases when
// the process ends, however it ends. A filesystem that implements engine.Locker does it its own way. For any other one,
// and where the platform has no advisory locks, a table of this process keeps out only other users in this process. Any
// goroutine may take a lock and release it.
package lock
