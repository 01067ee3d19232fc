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

// The top directory of every filesystem: the directory in which programs run, and a file beside it.
const (
	world     = "world"
	bystander = "bystander"
)

// rig is a place to mount disks of one filesystem, one at a time.
type rig struct {
	fs    Filesystem
	dir   string
	disks *blockfs.Client
	empty string // a formatted disk with nothing but world and bystander
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

// format creates the empty disk.
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

// mounted calls a function while a disk is mounted with additional options, and unmounts it cleanly.
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

// patience is how long a program may run, or a disk be examined, before the disks are taken away. It is long, because
// on a busy machine being slow does not mean that anything is wrong.
const patience = 2 * time.Minute

// watch ends whatever hangs, unless it is stopped in time.
func (r *rig) watch() *time.Timer { return time.AfterFunc(patience, r.abort) }

// abort ends whatever hangs: from now on every request to a disk fails.
func (r *rig) abort() { _ = unix.Unmount(r.diskDir(), unix.MNT_FORCE) }

// close dismantles the rig, whatever state it is in.
func (r *rig) close() error {
	_ = unix.Unmount(r.mountPoint(), unix.MNT_DETACH) // EINVAL if nothing is mounted there, as expected
	var err error
	if r.disks != nil {
		err = r.disks.Close()
	}
	return errors.Join(err, os.RemoveAll(r.dir))
}
