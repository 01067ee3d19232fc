// Package lock reserves a directory for one user at a time: an open store, or a repository of backups that is being
// changed.
//
// On the operating system's filesystem the lock is an advisory lock on the file LOCK, which the kernel releases when
// the process ends, however it ends. A filesystem may implement engine.Locker instead. For any other filesystem, and on
// platforms without advisory locks, a table in this process keeps out only other users in the same process. Any
// goroutine may take a lock and any may release it.
package lock
