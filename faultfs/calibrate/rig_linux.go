package calibrate

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blockfs"
	"github.com/lightningdb/lightning-torture/faultfs/blockdev/kernelfs"
)

// world is the directory in which programs run. The top directory of the filesystem holds only world and the bystander.
const world = "world"

// rig is a place to mount disks of one filesystem, one at a time.
type rig struct {
	fs    Filesystem
	dir   string
	disks *blockfs.Client
	empty string // a formatted disk with nothing but world and the bystander
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
	if r.disks, err = blockfs.Start(r.diskDir(), blockfs.Options{DiskBytes: fs.DiskBytes, Slow: blockfs.Latencies{FileBytes: fileLatency}}); err != nil {
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
	if err := r.fs.Format(r.disks.Path(disk)); err != nil {
		return err
	}
	return r.mounted(disk, "", func() error {
		return errors.Join(os.Mkdir(r.world(), 0o700), os.WriteFile(filepath.Join(r.mountPoint(), kernelfs.Bystander), nil, 0o600))
	})
}

// mounted calls a function while a disk is mounted with additional options, and unmounts it cleanly.
func (r *rig) mounted(disk, options string, do func() error) error {
	m, err := r.fs.Mount(r.disks.Path(disk), r.mountPoint(), options)
	if err != nil {
		return err
	}
	err = do()
	return errors.Join(err, m.Unmount())
}

// fileLatency is how long the disk takes to accept the bytes of a file: long enough for a filesystem that does not wait
// for them to commit first.
const fileLatency = 3 * time.Millisecond

// patience is how long a program may run, or a disk be examined, before the disks are taken away. It is long because on
// a busy machine slowness alone does not mean that something is wrong.
const patience = 2 * time.Minute

// watch starts a timer that aborts whatever still hangs after patience, unless the timer is stopped before.
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
