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

// Filesystem is a real filesystem, and the profile of the model that it is compared with.
type Filesystem struct {
	Profile      string   // its name in faultfs
	Type         string   // the name by which mount knows it
	Options      string   // the options of mount
	Mkfs         []string // the command that makes one; the device is its last argument
	Package      string   // the Debian package that has the command
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
			JournalsData: mode == "journal", commit: touchBystander,
			Variants: append([]string{""}, variants...),
		}
	}
	return []Filesystem{
		ext4("ordered", eager), ext4("writeback", eager), ext4("journal"),
		{
			Profile: "xfs", Type: "xfs", Options: "nouuid", Mkfs: []string{"mkfs.xfs", "-q", "-f", "-K"}, Package: "xfsprogs",
			DiskBytes: 320 << 20, Variants: []string{""}, commit: touchBystander,
		},
		{
			Profile: "btrfs", Type: "btrfs", Mkfs: []string{"mkfs.btrfs", "-q", "-f", "-K"}, Package: "btrfs-progs",
			DiskBytes: 256 << 20, Variants: []string{"", outOfLine}, commit: commitBtrfs,
		},
	}
}

// eager makes ext4 behave as before it delayed allocation: a write gets its blocks at once, and they are valid at once.
const eager = "nodelalloc,dioread_lock"

// outOfLine makes btrfs treat small files like large ones: their bytes do not go into its metadata.
const outOfLine = "max_inline=0"

// optionsFor returns the options that a filesystem is mounted with for a program.
func (f Filesystem) optionsFor(p *litmus.Program) []string {
	if fails(p) && f.Type == "btrfs" {
		return []string{outOfLine} // else the disk could not refuse its bytes alone
	}
	return f.Variants
}

// fails reports whether a program makes the disk fail.
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

// emptyJournal makes ext4 write to its place what is in its journal, as the kernel does when the journal is full.
func emptyJournal(dir string) error {
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

// touchBystander makes ext4 commit its running transaction, and XFS force its log, as the kernel does every five and thirty
// seconds. There is no call for that alone, so it changes and syncs a file that no program knows: journal and log are one
// sequence each, so what came before is in it. (EXT4_IOC_CHECKPOINT is not the same: it waits for bytes that are on their
// way, which a commit does not.)
func touchBystander(dir string) error {
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
