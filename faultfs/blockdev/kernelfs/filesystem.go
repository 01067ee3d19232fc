package kernelfs

import (
	"fmt"
	"os"
	"os/exec"
)

// Filesystem is a kind of filesystem, and how it is made and mounted.
type Filesystem struct {
	Type      string   // its type for mount
	Options   string   // mount options
	Mkfs      []string // the command that makes one; the device is appended
	Package   string   // the Debian package with that command
	DiskBytes int64    // sparse
}

// Ext4 returns ext4 in a data mode: ordered, writeback or journal. The disk has room for the given number of bytes.
func Ext4(mode string, diskBytes int64) Filesystem {
	return Filesystem{
		Type: "ext4", Options: "data=" + mode, Package: "e2fsprogs", DiskBytes: diskBytes,
		Mkfs: []string{
			"mkfs.ext4", "-q", "-F", "-b", "4096", "-J", "size=4",
			"-E", "lazy_itable_init=0,lazy_journal_init=0,nodiscard", // otherwise the kernel finishes formatting after the mount
		},
	}
}

// XFS returns XFS, whose mkfs refuses disks below 300 MiB.
func XFS(diskBytes int64) Filesystem {
	return Filesystem{
		Type: "xfs", Options: "nouuid", Mkfs: []string{"mkfs.xfs", "-q", "-f", "-K"}, Package: "xfsprogs", DiskBytes: diskBytes,
	}
}

// Btrfs returns btrfs.
func Btrfs(diskBytes int64) Filesystem {
	return Filesystem{Type: "btrfs", Mkfs: []string{"mkfs.btrfs", "-q", "-f", "-K"}, Package: "btrfs-progs", DiskBytes: diskBytes}
}

// Missing returns why no filesystem can be mounted here and what to do about it, or "".
func Missing() string {
	if os.Geteuid() != 0 {
		return "mounting disks needs root; run it with sudo"
	}
	for _, device := range []string{"/dev/fuse", "/dev/loop-control"} {
		f, err := os.OpenFile(device, os.O_RDWR, 0)
		if err != nil {
			return fmt.Sprintf("%s; the kernel needs the drivers fuse and loop: modprobe fuse loop", err)
		}
		_ = f.Close() // opened only to see that it exists
	}
	return ""
}

// Missing returns why this filesystem cannot be made here and what to do about it, or "".
func (f Filesystem) Missing() string {
	if _, err := exec.LookPath(f.Mkfs[0]); err != nil {
		return fmt.Sprintf("no %s; apt-get install -y %s", f.Mkfs[0], f.Package)
	}
	return ""
}
