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

// Filesystem is a real filesystem and the profile of the model that it is compared with.
type Filesystem struct {
	Profile      string   // its name in faultfs
	Type         string   // its type for mount
	Options      string   // mount options
	Mkfs         []string // the command that makes one; the device is appended
	Package      string   // the Debian package with that command
	DiskBytes    int64    // sparse
	Variants     []string // additional mount options to run programs with
	JournalsData bool     // file data is written to a journal first
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
				"-E", "lazy_itable_init=0,lazy_journal_init=0,nodiscard", // otherwise the kernel finishes formatting after the mount
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

// eager makes ext4 behave as before delayed allocation: a write gets its blocks at once, and they are valid at once.
const eager = "nodelalloc,dioread_lock"

// outOfLine makes btrfs treat small files like large ones, with their bytes outside its metadata.
const outOfLine = "max_inline=0"

// optionsFor returns the additional options with which a filesystem is mounted for a program.
func (f Filesystem) optionsFor(p *litmus.Program) []string {
	if fails(p) && f.Type == "btrfs" {
		return []string{outOfLine} // otherwise the disk could not refuse only its bytes
	}
	return f.Variants
}

// fails reports whether a program makes the disk fail.
func fails(p *litmus.Program) bool {
	return slices.ContainsFunc(p.Steps, func(s litmus.Step) bool { return s.Verb == "failed-fsync" })
}

// format creates the filesystem on a device.
func (f Filesystem) format(device string) error {
	args := append(f.Mkfs[1:len(f.Mkfs):len(f.Mkfs)], device)
	if out, err := exec.Command(f.Mkfs[0], args...).CombinedOutput(); err != nil {
		return fmt.Errorf("calibrate: %s: %w: %s", f.Mkfs[0], err, out)
	}
	return nil
}

// emptyJournal makes ext4 write the content of its journal to its final place, as the kernel does when the journal is
// full.
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

// touchBystander makes ext4 commit its running transaction, and XFS force its log, as the kernel does every five and
// thirty seconds. No call does only that, so it changes and syncs a file that no program knows. Journal and log are one
// sequence each, so everything earlier is included. (EXT4_IOC_CHECKPOINT is not equivalent: it waits for bytes under
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

// syncAll is sync(2) for a single filesystem.
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
