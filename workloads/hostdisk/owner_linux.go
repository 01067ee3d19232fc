package hostdisk

import (
	"io/fs"
	"os"
	"syscall"
)

const haveLocks = true

// lock waits for the lock of an open file and keeps it until the file is closed. Without the lock, which some filesystems do
// not have, nobody can take it either, and the file counts as owned for good.
func lock(f *os.File) {
	for syscall.Flock(int(f.Fd()), syscall.LOCK_EX) == syscall.EINTR {
	}
}

// tryLock is lock if nobody else has the lock, and reports whether it has it now.
func tryLock(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

// isMine reports whether a file belongs to this user.
func isMine(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}
