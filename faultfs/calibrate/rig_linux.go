package calibrate

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/lightningdb/lightning-torture/faultfs/calibrate/blockfs"
	"github.com/lightningdb/lightning-torture/faultfs/calibrate/loop"
)

// What every filesystem has at its top: the directory that is the whole world of a program, and a file beside it.
const (
	world     = "world"
	bystander = "bystander"
)

// rig is a place to mount disks of one filesystem, one at a time.
type rig struct {
	fs    Filesystem
	dir   string
	disks *blockfs.Client
	empty string // a disk with the filesystem and nothing but world and bystander
}

func newRig(fs Filesystem) (r *rig, err error) {
	dir, err := os.MkdirTemp("", "calibrate-")
	if err != nil {
		return nil, fmt.Errorf("calibrate: %w", err)
	}
	r = &rig{fs: fs, dir: dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.close())
		}
	}()
	for _, sub := range []string{r.mountPoint(), r.diskDir()} {
		if err := os.Mkdir(sub, 0o700); err != nil {
			return nil, fmt.Errorf("calibrate: %w", err)
		}
	}
	if r.disks, err = blockfs.Start(r.diskDir(), fs.DiskBytes); err != nil {
		return nil, err
	}
	return r, r.format()
}

func (r *rig) mountPoint() string { return filepath.Join(r.dir, "mnt") }
func (r *rig) diskDir() string    { return filepath.Join(r.dir, "disks") }
func (r *rig) world() string      { return filepath.Join(r.mountPoint(), world) }

// format makes the empty disk.
func (r *rig) format() error {
	disk, err := r.disks.New()
	if err != nil {
		return err
	}
	r.empty = disk
	dev, err := loop.Attach(r.disks.Path(disk))
	if err != nil {
		return err
	}
	if err := errors.Join(r.fs.format(dev.Path), dev.Detach()); err != nil {
		return err
	}
	return r.mounted(disk, "", func() error {
		return errors.Join(os.Mkdir(r.world(), 0o700), os.WriteFile(filepath.Join(r.mountPoint(), bystander), nil, 0o600))
	})
}

// errMount is returned if the kernel refuses to mount a disk.
var errMount = errors.New("calibrate: mount failed")

// mounted runs a function while a disk is mounted, with further options, and unmounts it properly.
func (r *rig) mounted(disk, options string, do func() error) error {
	dev, err := loop.Attach(r.disks.Path(disk))
	if err != nil {
		return err
	}
	if err := unix.Mount(dev.Path, r.mountPoint(), r.fs.Type, 0, strings.Trim(r.fs.Options+","+options, ",")); err != nil {
		return errors.Join(fmt.Errorf("%w: %w", errMount, err), dev.Detach())
	}
	err = do()
	return errors.Join(err, r.unmount(), dev.Detach())
}

func (r *rig) unmount() error {
	if err := unix.Unmount(r.mountPoint(), 0); err != nil {
		return errors.Join(os.NewSyscallError("umount", err), unix.Unmount(r.mountPoint(), unix.MNT_DETACH))
	}
	return nil
}

// patience is how long a program may run, and how long one disk may be looked at, before the disks are taken away. It is
// long: a machine with much else to do is slow, and nothing is wrong then.
const patience = 2 * time.Minute

// watch ends whatever hangs, unless it is stopped in time.
func (r *rig) watch() *time.Timer { return time.AfterFunc(patience, r.abort) }

// abort ends whatever hangs: every request to a disk fails from now on.
func (r *rig) abort() { _ = unix.Unmount(r.diskDir(), unix.MNT_FORCE) }

// close takes the rig down, in whatever state it is.
func (r *rig) close() error {
	_ = unix.Unmount(r.mountPoint(), unix.MNT_DETACH) // EINVAL if nothing is mounted there, as it should be
	var err error
	if r.disks != nil {
		err = r.disks.Close()
	}
	return errors.Join(err, os.RemoveAll(r.dir))
}
