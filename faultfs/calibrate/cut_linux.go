package calibrate

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blocklog"
	"github.com/lightningdb/lightning-torture/faultfs/blockdev/kernelfs"
	"github.com/lightningdb/lightning-torture/faultfs/litmus"
)

// cut mounts up to limit different disks that a power cut during a recording may leave, and calls found with the
// content of each.
func (r *rig) cut(ctx context.Context, rec recording, limit int, found func(outcome string, s blocklog.State, disk string) error) error {
	known := map[uint64]bool{}
	for state := range rec.log.States(rec.mark, sampling) {
		if len(known) == limit || ctx.Err() != nil {
			break
		}
		disk, hash, err := r.disks.Cut(rec.disk, state)
		if err != nil {
			return err
		}
		if !known[hash] {
			known[hash] = true
			outcome, err := r.look(disk)
			if err != nil {
				return err
			}
			if err := found(litmus.Outcome(rec.seen, outcome), state, disk); err != nil {
				return err
			}
		}
		if err := r.disks.Remove(disk); err != nil {
			return err
		}
	}
	return ctx.Err()
}

var sampling = blocklog.Sampling{Tears: blocklog.AtFileSectors, Exhaustive: 4, Random: 4, Seed: 1}

// look mounts a fork of a disk, which lets the filesystem recover, and returns what is there. A disk that cannot be
// mounted or read is an outcome too.
func (r *rig) look(disk string) (outcome string, err error) {
	defer r.watch().Stop()
	fork, err := r.disks.Fork(disk)
	if err != nil {
		return "", err
	}
	err = r.mounted(fork, "", func() error {
		var err error
		outcome, err = litmus.State(newWorld(r.world(), func() error { return nil }))
		return err
	})
	if errno, ok := badDisk(err); ok {
		outcome, err = errno, nil
	}
	return outcome, errors.Join(err, r.disks.Remove(fork))
}

// badDisk returns the outcome that an error stands for. ok is false unless the error means that the filesystem is
// damaged.
func badDisk(err error) (outcome string, ok bool) {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return "", false
	}
	if errors.Is(err, kernelfs.ErrMount) {
		return fmt.Sprintf("mount failed: %s", errno.Error()), true
	}
	if errno == syscall.EIO || errno == syscall.EUCLEAN || errno == syscall.EBADMSG {
		return fmt.Sprintf("cannot be read: %s", errno.Error()), true
	}
	return "", false
}
