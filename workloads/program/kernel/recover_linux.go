package kernel

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blocklog"
	"github.com/lightningdb/lightning-torture/faultfs/blockdev/kernelfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
)

// recoverer lets the kernel recover disks of a recording, and a judge the stores on them. It is used by one goroutine.
type recoverer struct {
	*rig
	recorded string // the disk with the log
	at       string // where disks are mounted
	judge    *native.Judge
}

// recoverer returns a recoverer for one worker. recorded is the disk with the log; dump is nil if a checker judges the
// stores.
func (r *rig) recoverer(spec *native.Spec, recorded string, worker int, dump *native.Dump) (_ *recoverer, err error) {
	w := &recoverer{rig: r, recorded: recorded}
	if w.at, err = r.place("recovered" + strconv.Itoa(worker)); err != nil {
		return nil, err
	}
	dir, err := r.ownDir(worker)
	if err != nil {
		return nil, err
	}
	if w.judge, err = native.NewJudge(spec, dir); err == nil {
		w.judge.Dump = dump
	}
	return w, err
}

func (r *recoverer) cut(s blocklog.State) (disk string, hash uint64, err error) {
	return r.disks.Cut(r.recorded, s)
}

func (r *recoverer) discard(disk string) error { return r.disks.Remove(disk) }

func (r *recoverer) cutAgain(disk string, s blocklog.State) (string, error) {
	to, _, err := r.disks.Cut(disk, s)
	return to, err
}

func (r *recoverer) adopt(disk string, log blocklog.Log) error { return r.disks.Adopt(disk, log) }

// recover mounts a disk, so that the filesystem recovers, and asks the judge about the store on it.
func (r *recoverer) recover(ctx context.Context, disk string, acked []program.Ack) (program.Answer, error) {
	return r.during(ctx, disk, acked, func() error { return nil })
}

// watch is recover. Afterwards the kernel writes what it has in memory, first its metadata and then everything.
func (r *recoverer) watch(ctx context.Context, disk string, acked []program.Ack) (log blocklog.Log, a program.Answer, err error) {
	if err := r.disks.Record(disk); err != nil {
		return nil, a, err
	}
	a, err = r.during(ctx, disk, acked, func() (err error) {
		if err = errors.Join(r.fs.Commit(r.at), kernelfs.SyncAll(r.at)); err == nil {
			log, err = r.disks.Log(disk)
		}
		return err
	})
	return log, a, err
}

// during recovers a disk, and calls then before it is unmounted.
func (r *recoverer) during(ctx context.Context, disk string, acked []program.Ack, then func() error) (program.Answer, error) {
	m, err := r.fs.Mount(r.disks.Path(disk), r.at, "")
	var errno syscall.Errno
	if errors.Is(err, kernelfs.ErrMount) && errors.As(err, &errno) {
		return program.Answer{Verdict: program.Wrong, Text: fmt.Sprintf("%s cannot be mounted any more: %s", r.fs.Type, errno.Error())}, nil
	}
	if err != nil {
		return program.Answer{}, err
	}
	dir := filepath.Join(r.at, store)
	if err := os.Remove(filepath.Join(dir, hiddenName)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return program.Answer{}, errors.Join(fmt.Errorf("kernel: %w", err), m.Unmount())
	}
	a, err := r.judge.Ask(ctx, dir, acked)
	if err == nil {
		err = then()
	}
	return a, errors.Join(err, m.Unmount())
}

// look mounts a disk and returns what is in the store on it, before the program recovers it.
func (r *recoverer) look(disk string) (map[string]File, error) {
	m, err := r.fs.Mount(r.disks.Path(disk), r.at, "")
	if err != nil {
		return nil, err
	}
	files, err := look(newLooker(func(string, int64, []byte) {}), filepath.Join(r.at, store))
	return files, errors.Join(err, m.Unmount())
}

func (r *recoverer) close() error { return r.judge.Close() }
