package kernel

import (
	"errors"
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/kernelfs"
)

// diskBytes is the size of the disk of a program, which takes up only as much memory as was written.
const diskBytes = 1 << 30

// Filesystems returns the names of the filesystems on which programs can run.
func Filesystems() []string { return []string{"ext4", "xfs", "btrfs"} }

// Known reports whether a filesystem is one of Filesystems.
func Known(name string) bool { return slices.Contains(Filesystems(), name) }

func filesystem(name string) (kernelfs.Filesystem, error) {
	switch name {
	case "ext4":
		return kernelfs.Ext4("ordered", diskBytes), nil
	case "xfs":
		return kernelfs.XFS(diskBytes), nil
	case "btrfs":
		return kernelfs.Btrfs(diskBytes), nil
	}
	return kernelfs.Filesystem{}, fmt.Errorf("kernel: no filesystem is called %q", name)
}

// ErrMissing is returned if this machine cannot run programs on a filesystem. The error says why, and what to do about it.
var ErrMissing = errors.New("a program cannot run on a filesystem of the kernel here")

// Possible returns an ErrMissing if no program can run on a filesystem here.
func Possible(name string) error {
	fs, err := filesystem(name)
	if err != nil {
		return err
	}
	for _, why := range []string{kernelfs.Missing(), fs.Missing()} {
		if why != "" {
			return fmt.Errorf("%w: %s", ErrMissing, why)
		}
	}
	return nil
}
