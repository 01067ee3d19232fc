package native

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/mount"
	"github.com/lightningdb/lightning-torture/workloads/program/process"
	"github.com/lightningdb/lightning-torture/workloads/program/unwind"
)

// RecordHere runs the program once on a disk of the lab, which is mounted on an empty directory of this stage.
func RecordHere(ctx context.Context, spec *Spec, dir string) (_ *program.Recording, err error) {
	m, err := mount.New(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	return (&mounted{Copies: Copies{Spec: *spec}, mount: m}).Record(ctx)
}

// Record runs the program once, on an empty disk or on one prepared by Spec.Setup.
func (m *mounted) Record(ctx context.Context) (*program.Recording, error) {
	r, err := m.recorder()
	if err != nil {
		return nil, err
	}
	defer m.mount.Remove(r.Dir)
	defer r.Close()
	defer r.stacks.Close()
	if err := r.setup(ctx); err != nil {
		return nil, err
	}
	r.syncs.begin()
	ended, err := r.Do(ctx)
	if err != nil {
		return nil, err
	}
	rec := r.tape.Recording("fuse", m.Spec.Program)
	rec.Ended = ended
	if r.stacks != nil {
		rec.Stacks = &program.Stacks{Of: r.tape.Origins(rec.Trace)}
		rec.Stacks.Frames, rec.Stacks.Stacks = r.stacks.Stacks()
	}
	rec.Modes = map[faultfs.Ino]program.Mode{}
	for ino, a := range m.mount.Attrs(r.Dir) { // into a map: the order does not matter
		rec.Modes[ino] = program.Mode{Perm: a.Mode, UID: a.UID, GID: a.GID}
	}
	m.Rec = rec
	return rec, nil
}

// recorder is a recording in progress.
type recorder struct {
	*Run
	tape   *program.Tape
	rules  []*faultfs.Rule
	syncs  slowSyncs
	stacks *unwind.Unwinder // nil unless Spec.Stacks is set
}

// recorder returns a recording that has not started yet; its disk is already served.
func (m *mounted) recorder() (_ *recorder, err error) {
	r := &recorder{}
	for _, text := range m.Spec.Rules {
		rule, err := faultfs.ParseRule(text)
		if err != nil {
			return nil, err
		}
		r.rules = append(r.rules, rule)
	}
	r.tape = program.NewTape()
	if len(m.Spec.Setup) == 0 {
		r.tape = program.NewTape(r.rules...)
	}
	var calling func(thread int, operate func())
	if m.Spec.Stacks {
		if r.stacks, err = unwind.New(mount.Type); err != nil {
			return nil, err
		}
		calling = func(thread int, operate func()) { r.tape.From(r.stacks.Caller(thread), operate) }
	}
	if r.Run, err = NewRun(&m.Spec, r.tape.Ack, r.tape.Refused); err != nil {
		return nil, err
	}
	r.Dir = m.mount.Add(mount.Disk{
		FS: r.tape.FS, Ack: r.Ack, Stdout: r.Stdout, Syncing: r.syncs.wait, Calling: calling, Refused: r.tape.Refuse,
	})
	r.Hidden = filepath.Join(r.Dir, ".torture")
	if r.room == nil {
		r.room = process.NewCorner()
	}
	_ = r.room.WatchSyncs(r.syncAll) // where the kernel does not allow it, sync(2) does nothing
	return r, nil
}

// syncAll carries out a sync(2), or a syncfs(2) of this disk.
func (r *recorder) syncAll(c process.SyncCall) (done bool, err error) {
	return syncWhole(c, r.Dir, r.spec.Timeout, func() (err error) {
		r.syncs.wait()
		if r.stacks == nil {
			return r.tape.SyncAll()
		}
		r.tape.From(r.stacks.Caller(c.Thread), func() { err = r.tape.SyncAll() })
		return err
	})
}

// syncWhole calls sync if a call is a sync(2), or a syncfs(2) of the disk that is served as dir.
func syncWhole(c process.SyncCall, dir string, patience time.Duration, sync func() error) (done bool, err error) {
	if c.Path != "" && c.Path != dir && !strings.HasPrefix(c.Path, dir+"/") {
		return false, nil
	}
	// The kernel writes what memory maps have changed. Another process asks for it, because this one must not touch the disk.
	_, _ = process.Command{Args: []string{"sync", "-f", dir}}.Run(context.Background(), patience)
	if err = sync(); c.Path == "" {
		err = nil // sync(2) reports nothing
	}
	return true, err
}

// setup prepares the store, if the spec says how, and makes it durable.
func (r *recorder) setup(ctx context.Context) error {
	if len(r.spec.Setup) == 0 {
		return nil
	}
	if err := r.Setup(ctx); err != nil {
		return err
	}
	return r.tape.Settle(r.rules...)
}
