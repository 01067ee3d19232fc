package kernelfs

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Bystander is a file in the top directory of a filesystem. Commit changes and syncs it, so the programs under test
// must not use it.
const Bystander = "bystander"

// Commit makes the filesystem that is mounted on a directory commit its metadata, as the kernel does from time to time.
// A program cannot rely on it: it is not a sync of any file that the program uses.
func (f Filesystem) Commit(dir string) error {
	if f.Type == "btrfs" {
		return commitBtrfs(dir)
	}
	return Unforked(func() error { return touchBystander(dir) })
}

// EmptyJournal makes ext4 write the content of its journal to its final place, as the kernel does when the journal is
// full.
func EmptyJournal(dir string) error {
	const checkpoint = 0x4004662b // EXT4_IOC_CHECKPOINT
	return onDirectory(dir, func(fd int) error {
		var flags uint32
		return Ioctl(fd, checkpoint, unsafe.Pointer(&flags))
	})
}

// commitBtrfs commits the running transaction, as the kernel does every thirty seconds.
func commitBtrfs(dir string) error {
	const startSync, waitSync = 0x80089418, 0x40089416 // BTRFS_IOC_START_SYNC, BTRFS_IOC_WAIT_SYNC
	return onDirectory(dir, func(fd int) error {
		var transaction uint64
		if err := Ioctl(fd, startSync, unsafe.Pointer(&transaction)); err != nil {
			return err
		}
		return Ioctl(fd, waitSync, unsafe.Pointer(&transaction))
	})
}

// touchBystander makes ext4 commit its running transaction, and XFS force its log, as the kernel does every five and
// thirty seconds. No call does only that, so it changes and syncs a file that no program knows. Journal and log are one
// sequence each, so everything earlier is included. (EXT4_IOC_CHECKPOINT is not equivalent: it waits for bytes under
// way, which a commit does not.)
func touchBystander(dir string) error {
	f, err := os.OpenFile(filepath.Join(dir, Bystander), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		err = f.Chmod(info.Mode() ^ 0o022)
	}
	return errors.Join(err, f.Sync(), f.Close())
}

// SyncAll is sync(2) for a single filesystem.
func SyncAll(dir string) error {
	return onDirectory(dir, func(fd int) error { return os.NewSyscallError("syncfs", unix.Syncfs(fd)) })
}

func onDirectory(dir string, do func(fd int) error) error {
	return Unforked(func() error {
		d, err := os.Open(dir)
		if err != nil {
			return err
		}
		return errors.Join(do(int(d.Fd())), d.Close())
	})
}

// Ioctl is ioctl(2).
func Ioctl(fd int, request uintptr, arg unsafe.Pointer) error {
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(arg)); errno != 0 {
		return os.NewSyscallError(fmt.Sprintf("ioctl %#x", request), errno)
	}
	return nil
}
