package kernelfs

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/loop"
)

// Format creates the filesystem on the disk in a file.
func (f Filesystem) Format(file string) error {
	dev, err := loop.Attach(file)
	if err != nil {
		return err
	}
	args := append(f.Mkfs[1:len(f.Mkfs):len(f.Mkfs)], dev.Path)
	if out, mkfsErr := exec.Command(f.Mkfs[0], args...).CombinedOutput(); mkfsErr != nil {
		err = fmt.Errorf("kernelfs: %s: %w: %s", f.Mkfs[0], mkfsErr, out)
	}
	return errors.Join(err, dev.Detach())
}

// ErrMount is returned if the kernel refuses to mount a disk.
var ErrMount = errors.New("kernelfs: mount failed")

// Mounted is a mounted disk.
type Mounted struct {
	dir string
	dev *loop.Device
}

// Mount mounts the disk in a file on a directory, with additional options. The error is ErrMount if the kernel refuses.
func (f Filesystem) Mount(file, dir, options string) (*Mounted, error) {
	dev, err := loop.Attach(file)
	if err != nil {
		return nil, err
	}
	if err := unix.Mount(dev.Path, dir, f.Type, 0, strings.Trim(f.Options+","+options, ",")); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", ErrMount, err), dev.Detach())
	}
	return &Mounted{dir, dev}, nil
}

// Unmount unmounts the disk cleanly. If that fails, for instance because a process still uses it, the disk is unmounted as
// soon as nothing uses it any more, and the error says so.
func (m *Mounted) Unmount() error {
	var err error
	if unmountErr := m.unmount(); unmountErr != nil {
		err = errors.Join(unmountErr, unix.Unmount(m.dir, unix.MNT_DETACH))
	}
	return errors.Join(err, m.dev.Detach())
}
