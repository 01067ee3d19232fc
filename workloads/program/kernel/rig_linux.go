package kernel

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blockfs"
	"github.com/lightningdb/lightning-torture/faultfs/blockdev/kernelfs"
	"github.com/lightningdb/lightning-torture/workloads/program/process"
)

// rig is a place to mount disks of one filesystem. It is on a stage.
type rig struct {
	fs    kernelfs.Filesystem
	dir   string
	disks *blockfs.Client
}

// The top directory of every disk has the store, and the file kernelfs.Bystander.
const store = "store"

// newRig sets up a rig in an empty directory. Its disks have the given latencies.
func newRig(fs kernelfs.Filesystem, dir string, slow blockfs.Latencies) (_ *rig, err error) {
	r := &rig{fs: fs, dir: dir}
	if err := os.Chmod(dir, passable); err != nil {
		return nil, fmt.Errorf("kernel: %w", err)
	}
	for _, sub := range []string{r.at("disks"), r.at("acks"), r.at("mounts"), r.at("own")} {
		if err := os.Mkdir(sub, passable); err != nil {
			return nil, fmt.Errorf("kernel: %w", err)
		}
	}
	// What is mounted here is also seen in the rooms of servers.
	for _, call := range []struct {
		source, kind string
		flags        uintptr
	}{{"mounts", "tmpfs", unix.MS_NOSUID | unix.MS_NODEV}, {"", "", unix.MS_SHARED}} {
		if err := unix.Mount(call.source, r.at("mounts"), call.kind, call.flags, ""); err != nil {
			return nil, fmt.Errorf("kernel: mount a directory in memory: %w", err)
		}
	}
	r.disks, err = blockfs.Start(r.at("disks"), blockfs.Options{DiskBytes: fs.DiskBytes, Slow: slow})
	return r, err
}

// passable is the mode of the directories above a store, which a server may have to reach as another user.
const passable = 0o711

func (r *rig) at(name string) string { return filepath.Join(r.dir, name) }

// place makes a directory on which a worker mounts its disks.
func (r *rig) place(worker string) (string, error) {
	dir := filepath.Join(r.at("mounts"), worker)
	if err := os.Mkdir(dir, passable); err != nil {
		return "", fmt.Errorf("kernel: %w", err)
	}
	return dir, nil
}

// ownDir makes a directory for the files of a worker's judge.
func (r *rig) ownDir(worker int) (string, error) {
	dir := filepath.Join(r.at("own"), strconv.Itoa(worker))
	if err := os.Mkdir(dir, passable); err != nil {
		return "", fmt.Errorf("kernel: %w", err)
	}
	return dir, nil
}

// close dismantles the rig. The stage takes care of what is still mounted.
func (r *rig) close() error {
	if r.disks == nil {
		return nil
	}
	return r.disks.Close()
}

// hide mounts one directory on another, or unmounts it if from is empty. Another process does it, because this one serves the
// directory and must not wait for itself.
func hide(ctx context.Context, from, to string) error {
	args := []string{"mount", "--bind", from, to}
	if from == "" {
		args = []string{"umount", to}
	}
	end, err := process.Command{Args: args}.Run(ctx, process.WaitDelay*hidePatience)
	if err == nil && end.How() != "" {
		err = errors.New(end.How())
	}
	if err != nil {
		return fmt.Errorf("kernel: %s %s: %w", args[0], to, err)
	}
	return nil
}

// hidePatience is the time limit of a mount, in units of process.WaitDelay.
const hidePatience = 30
