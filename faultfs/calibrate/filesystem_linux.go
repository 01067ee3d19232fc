package calibrate

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/lightningdb/lightning-torture/faultfs/litmus"
)

// Filesystem is a real filesystem, and the profile of the model that it is held against.
type Filesystem struct {
	Profile      string   // its name in faultfs
	Type         string   // as mount knows it
	Options      string   // of mount
	Mkfs         []string // the command that makes one; the device is its last argument
	Package      string   // of Debian, that has the command
	DiskBytes    int64    // sparse
	Variants     []string // further options of mount to run programs with
	JournalsData bool     // the bytes of files are written to a journal first
	commit       func(dir string) error
}

func (f Filesystem) String() string { return f.Profile }

// Filesystems returns all filesystems.
func Filesystems() []Filesystem {
	ext4 := func(mode string, variants ...string) Filesystem {
		return Filesystem{
			Profile: "ext4-" + mode, Type: "ext4", Options: "data=" + mode, Package: "e2fsprogs", DiskBytes: 64 << 20,
			Mkfs: []string{
				"mkfs.ext4", "-q", "-F", "-b", "4096", "-J", "size=4",
				"-E", "lazy_itable_init=0,lazy_journal_init=0,nodiscard", // else the kernel goes on making it after the mount
			},
			JournalsData: mode == "journal", commit: commitExt4,
			Variants: append([]string{""}, variants...),
		}
	}
	return []Filesystem{
		ext4("ordered", eager), ext4("writeback", eager), ext4("journal"),
		{
			Profile: "xfs", Type: "xfs", Options: "nouuid", Mkfs: []string{"mkfs.xfs", "-q", "-f", "-K"}, Package: "xfsprogs",
			DiskBytes: 320 << 20, Variants: []string{""}, commit: commitXFS,
		},
		{
			Profile: "btrfs", Type: "btrfs", Mkfs: []string{"mkfs.btrfs", "-q", "-f", "-K"}, Package: "btrfs-progs",
			DiskBytes: 256 << 20, Variants: []string{""}, commit: commitBtrfs,
		},
	}
}

// eager is ext4 as it was before it delayed allocation: a write gets its blocks at once, and they are valid at once.
const eager = "nodelalloc,dioread_lock"

// optionsFor returns what a program is mounted with. Where the disk must refuse the bytes of a small file, btrfs may not
// put them into its metadata.
func (f Filesystem) optionsFor(p *litmus.Program) []string {
	if fails(p) && f.Type == "btrfs" {
		return []string{"max_inline=0"}
	}
	return f.Variants
}

// fails reports whether the disk fails in a program.
func fails(p *litmus.Program) bool {
	return slices.ContainsFunc(p.Steps, func(s litmus.Step) bool { return s.Verb == "failed-fsync" })
}

// format makes the filesystem on a device.
func (f Filesystem) format(device string) error {
	args := append(f.Mkfs[1:len(f.Mkfs):len(f.Mkfs)], device)
	if out, err := exec.Command(f.Mkfs[0], args...).CombinedOutput(); err != nil {
		return fmt.Errorf("calibrate: %s: %w: %s", f.Mkfs[0], err, out)
	}
	return nil
}

// commitExt4 commits the running transaction of the journal, as the kernel does every five seconds.
func commitExt4(dir string) error {
	const checkpoint = 0x4004662b // EXT4_IOC_CHECKPOINT
	return onDirectory(dir, func(fd int) error {
		var flags uint32
		return ioctl(fd, checkpoint, unsafe.Pointer(&flags))
	})
}

// commitBtrfs commits the running transaction, as the kernel does every thirty seconds.
func commitBtrfs(dir string) error {
	const startSync, waitSync = 0x80089418, 0x40089416 // BTRFS_IOC_START_SYNC, BTRFS_IOC_WAIT_SYNC
	return onDirectory(dir, func(fd int) error {
		var transaction uint64
		if err := ioctl(fd, startSync, unsafe.Pointer(&transaction)); err != nil {
			return err
		}
		return ioctl(fd, waitSync, unsafe.Pointer(&transaction))
	})
}

// commitXFS forces the log, as the kernel does every thirty seconds. There is no call for that alone, so it changes and
// syncs a file that no program knows: the log is one sequence, so what was logged before is forced too.
func commitXFS(dir string) error {
	f, err := os.OpenFile(filepath.Join(dir, bystander), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		err = f.Chmod(info.Mode() ^ 0o022)
	}
	return errors.Join(err, f.Sync(), f.Close())
}

// syncAll is sync(2) for one filesystem.
func syncAll(dir string) error {
	return onDirectory(dir, func(fd int) error { return os.NewSyscallError("syncfs", unix.Syncfs(fd)) })
}

func onDirectory(dir string, do func(fd int) error) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(do(int(d.Fd())), d.Close())
}

func ioctl(fd int, request uintptr, arg unsafe.Pointer) error {
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(arg)); errno != 0 {
		return os.NewSyscallError(fmt.Sprintf("ioctl %#x", request), errno)
	}
	return nil
}
