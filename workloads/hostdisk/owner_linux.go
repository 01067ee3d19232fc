package hostdisk

import (
	"io/fs"
	"os"
	"syscall"
)

const haveLocks = true

// lock waits for the lock of an open file and keeps it until the file is closed. Some filesystems have no locks. There
// no process can take the lock either, so the file counts as owned forever.
func lock(f *os.File) {
	for syscall.Flock(int(f.Fd()), syscall.LOCK_EX) == syscall.EINTR {
	}
}

// tryLock takes the lock if it is free, and reports whether it did.
func tryLock(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

// isMine reports whether a file belongs to the current user.
func isMine(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}
