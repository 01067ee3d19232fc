package kernel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blockfs"
	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blocklog"
	"github.com/lightningdb/lightning-torture/faultfs/blockdev/kernelfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/lrec"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
	"github.com/lightningdb/lightning-torture/workloads/program/stage"
)

// Job returns the job that a main package passes to stage.Main.
func Job() stage.Job { return stage.Job{Name: jobName, Do: perform} }

// ServeIfAsked turns this process into the server of disks, and exits when that ends, if a stage started it as one. Call it
// first in main.
func ServeIfAsked() { blockfs.ServeIfAsked() }

// progressEvery is how often a stage reports its progress.
const progressEvery = 200 * time.Millisecond

// perform records and searches, or replays, on a stage.
func perform(ctx context.Context, request json.RawMessage, dir string, emit func(any) error) (err error) {
	var r Request
	if err := json.Unmarshal(request, &r); err != nil {
		return err
	}
	if r.Replay > 0 {
		return replay(ctx, &r, dir, emit)
	}
	rec := &Recording{}
	fs, err := filesystem(r.Filesystem)
	if r.From != "" {
		var file *lrec.File
		if file, err = lrec.Load(r.From); err == nil {
			rec, fs, err = recordedIn(file)
		}
	}
	if err != nil {
		return err
	}
	rig, err := newRig(fs, dir, latencies)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rig.close()) }()
	if r.From == "" {
		if rec, err = rig.record(ctx, &r.Spec, r.Filesystem); err != nil {
			return err
		}
		if err := emit(event{Recording: rec.Recording, Blocks: &rec.Blocks}); err != nil {
			return err
		}
	}
	if r.OnlyRecord {
		return nil
	}
	result, err := r.search(ctx, rig, rec, emit)
	out := event{Result: result}
	if err != nil && result != nil {
		out.Error, err = err.Error(), nil
	}
	return errors.Join(err, emit(out))
}

// recordedIn returns the recording in a file, and the filesystem on which it can be recovered: of the size that it had, but with
// the mount options of this version, because a file is not trusted.
func recordedIn(file *lrec.File) (*Recording, kernelfs.Filesystem, error) {
	rec, err := FromFile(file)
	if err != nil {
		return nil, kernelfs.Filesystem{}, err
	}
	fs, err := filesystem(rec.Blocks.Filesystem)
	fs.DiskBytes = rec.Blocks.DiskBytes
	return rec, fs, err
}

// search searches a recording. It ends early, keeping what it has found, when ctx is done or the time is up.
func (r *Request) search(ctx context.Context, rig *rig, rec *Recording, emit func(any) error) (*program.Result, error) {
	o := r.Options
	o.Explaining = program.ExplainingAfter(r.For)
	began := time.Now()
	o.Enough = func() bool { return ctx.Err() != nil || r.For > 0 && time.Since(began) > r.For }
	told := time.Time{}
	o.Progress = func(t program.Tally) {
		if now := time.Now(); now.Sub(told) > progressEvery {
			told = now
			_ = emit(event{Tally: &t}) // if it fails, so will the next event
		}
	}
	if r.First {
		o.Progress, o.Enough = program.UntilFailure(o.Progress, o.Enough)
	}
	disk, err := rig.disks.Load(rec.Blocks.Content)
	if err != nil {
		return nil, err
	}
	return explore(context.WithoutCancel(ctx), rec, func(nr int) (images, error) { return rig.recoverer(&r.Spec, disk, nr) }, o)
}

// replay recovers the disk of a finding.
func replay(ctx context.Context, r *Request, dir string, emit func(any) error) (err error) {
	file, err := lrec.Load(r.From)
	if err != nil {
		return err
	}
	rec, fs, err := recordedIn(file)
	if err != nil {
		return err
	}
	if file.Finding == nil || file.Finding.Blocks == nil {
		return fmt.Errorf("%s: %w", r.From, native.ErrNoFinding)
	}
	state := file.Finding.Blocks.State
	if err := rec.Blocks.log().Check(state); err != nil {
		return fmt.Errorf("%w: %s: %w", lrec.ErrFile, r.From, err)
	}
	if err := json.Unmarshal(file.Spec, &r.Spec); err != nil {
		return fmt.Errorf("%w: %s: %w", lrec.ErrFile, r.From, err)
	}
	r.Spec.EnsureDefaults()
	rig, err := newRig(fs, dir, latencies)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rig.close()) }()
	disk, err := rig.disks.Load(rec.Blocks.Content)
	if err != nil {
		return err
	}
	w, err := rig.recoverer(&r.Spec, disk, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	replayed := &native.Replayed{Finding: file.Finding}
	for range r.Replay {
		a, err := again(ctx, w, state, rec.acked(blocklog.Epoch{To: file.Finding.Blocks.Until}))
		if err != nil {
			return err
		}
		replayed.Attempts++
		replayed.Answer = a.Text
		if file.Finding.Alike(a) {
			replayed.Shown++
		}
	}
	return emit(event{Replayed: replayed})
}
