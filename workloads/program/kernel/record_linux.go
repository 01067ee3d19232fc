package kernel

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blockfs"
	"github.com/lightningdb/lightning-torture/faultfs/blockdev/kernelfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/mount"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
)

// latencies slow the first syncs down, as on a real disk. See package native, which does the same.
var latencies = blockfs.Latencies{Flush: 5 * time.Millisecond, Flushes: 100}

// recorder is a recording in progress.
type recorder struct {
	*rig
	run   *native.Run
	rules []string // faults of the disk
	disk  string
	at    string // where the disk is mounted

	mu     sync.Mutex
	acks   []program.Ack
	given  []int // see Blocks
	owners *owners
	looker *looker
	seen   []Snapshot
	failed error
}

// record runs the program once, on an empty disk or on one that the setup has prepared.
func (r *rig) record(ctx context.Context, spec *native.Spec, name string) (_ *Recording, err error) {
	rec := &recorder{rig: r, rules: spec.Rules, owners: newOwners()}
	rec.looker = newLooker(rec.owners.see)
	if rec.run, err = native.NewRun(spec, rec.ack, func() string { return "" }); err != nil {
		return nil, err
	}
	defer rec.run.Close()
	rec.run.Spared = []int{r.disks.Process()}
	acks, err := mount.New(r.at("acks"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, acks.Close()) }()
	rec.run.Hidden = filepath.Join(acks.Add(mount.Disk{FS: faultfs.New(faultfs.Options{}), Ack: rec.run.Ack, Stdout: rec.run.Stdout}), ".torture")
	m, err := rec.prepare()
	if err != nil {
		return nil, err
	}
	ended, err := rec.perform(ctx, spec)
	if err = errors.Join(err, rec.failed); err != nil {
		return nil, errors.Join(err, m.Unmount())
	}
	missed, err := r.disks.Missed(rec.disk)
	if err != nil {
		return nil, errors.Join(err, m.Unmount())
	}
	content, err := r.disks.Content(rec.disk)
	if err = errors.Join(err, m.Unmount(), r.disks.Remove(rec.disk)); err != nil {
		return nil, err
	}
	return &Recording{
		Recording: &program.Recording{Program: spec.Program, Way: name, Acks: rec.acks, Ended: ended, Missed: missed},
		Blocks: Blocks{
			Filesystem: name, Options: r.fs.Options, Kernel: release(), DiskBytes: r.fs.DiskBytes, Content: content, Given: rec.given,
			Owners: rec.owners.of(content.Log), Snapshots: rec.seen,
		},
	}, nil
}

// prepare makes an empty disk and mounts it.
func (r *recorder) prepare() (_ *kernelfs.Mounted, err error) {
	if r.disk, err = r.disks.New(); err != nil {
		return nil, err
	}
	if r.at, err = r.place("recorded"); err != nil {
		return nil, err
	}
	if err := r.fs.Format(r.disks.Path(r.disk)); err != nil {
		return nil, err
	}
	m, err := r.fs.Mount(r.disks.Path(r.disk), r.at, "")
	if err != nil {
		return nil, err
	}
	r.run.Dir = filepath.Join(r.at, store)
	err = kernelfs.Unforked(func() error { return os.WriteFile(filepath.Join(r.at, kernelfs.Bystander), nil, 0o600) })
	err = errors.Join(err, os.Mkdir(r.run.Dir, 0o755), os.Chmod(r.at, passable))
	if err != nil {
		return nil, errors.Join(err, m.Unmount())
	}
	return m, nil
}

// perform runs the setup and the program. It returns how the program failed.
func (r *recorder) perform(ctx context.Context, spec *native.Spec) (ended string, err error) {
	if err := r.run.Setup(ctx); err != nil {
		return "", err
	}
	hidden := ""
	if spec.Stdout == "" {
		hidden = filepath.Join(r.run.Dir, hiddenName)
		if err := os.Mkdir(hidden, 0o755); err != nil {
			return "", fmt.Errorf("kernel: %w", err)
		}
		if err := hide(ctx, r.run.Hidden, hidden); err != nil {
			return "", err
		}
	}
	if err := errors.Join(kernelfs.SyncAll(r.at), r.disks.Record(r.disk), r.disks.SetRules(r.disk, spec.Rules)); err != nil {
		return "", err
	}
	ended, err = r.run.Do(ctx)
	if hidden != "" {
		err = errors.Join(err, hide(context.WithoutCancel(ctx), "", hidden))
	}
	if err != nil {
		return "", err
	}
	// The kernel would later write whatever is not on the disk yet. Make it do so now: first its metadata, then
	// everything.
	_, _ = look(r.looker, r.run.Dir) // if it fails, explanations know less
	return ended, r.unlessFaulty(errors.Join(r.fs.Commit(r.at), kernelfs.SyncAll(r.at)))
}

// ack is called with each acknowledgement, while the program waits.
func (r *recorder) ack(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	given, err := r.disks.Position(r.disk)
	r.given = append(r.given, given)
	r.acks = append(r.acks, program.Ack{Tick: uint64(given + len(r.acks) + 1), Text: line}) //nolint:gosec // not negative
	r.failed = errors.Join(r.failed, err)
	if len(r.acks) > maxLooks {
		return
	}
	if files, err := look(r.looker, r.run.Dir); err == nil {
		r.seen = append(r.seen, Snapshot{len(r.acks), files})
	}
	r.failed = errors.Join(r.failed, r.unlessFaulty(r.nudge()))
}

// look returns what is in a store on a mounted disk.
func look(l *looker, dir string) (files map[string]File, err error) {
	err = kernelfs.Unforked(func() (err error) {
		files, err = l.look(dir)
		return err
	})
	return files, err
}

// unlessFaulty returns an error of the filesystem, or nil if faults are injected into its disk.
func (r *recorder) unlessFaulty(err error) error {
	if len(r.rules) > 0 {
		return nil
	}
	return err
}

// maxLooks is the number of acknowledgements at which the lab looks at the store, and makes the kernel write.
const maxLooks = 100

// nudge makes the kernel write after an acknowledgement, as it does of its own accord every few seconds: only metadata
// after the first of every four, everything after the third. The program cannot rely on it, because power may also be
// cut just before.
func (r *recorder) nudge() error {
	switch len(r.acks) % 4 {
	case 1:
		return r.fs.Commit(r.at)
	case 3:
		return kernelfs.SyncAll(r.at)
	}
	return nil
}

// release returns the release of the running kernel.
func release() string {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return "unknown"
	}
	n := slices.Index(u.Release[:], 0)
	return string(u.Release[:n])
}
