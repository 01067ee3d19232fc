package kernel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

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

// ServeIfAsked serves disks and then exits, if a stage started this process for that; otherwise it returns at once. Call
// it first in main.
func ServeIfAsked() { blockfs.ServeIfAsked() }

// perform records and searches, or replays, on a stage.
func perform(ctx context.Context, request json.RawMessage, dir string, emit func(any) error) (err error) {
	var r Request
	if err := json.Unmarshal(request, &r); err != nil {
		return err
	}
	if r.Replay > 0 {
		return replay(ctx, &r, dir, emit)
	}
	rec, fs, err := r.begun()
	if err != nil {
		return err
	}
	var golden *program.Recording
	if rec == nil && len(r.Spec.Dump) > 0 {
		if golden, err = recordGolden(ctx, &r.Spec, filepath.Join(dir, "lab")); err != nil {
			return err
		}
	}
	rig, err := newRig(fs, dir, latencies)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rig.close()) }()
	if rec == nil {
		if rec, err = rig.record(ctx, &r.Spec, r.Filesystem); err != nil {
			return err
		}
		if rec.Blocks.Golden = golden; golden != nil {
			if err := sameAcks(golden.Acks, rec.Acks); err != nil {
				return err
			}
		}
		if err := emit(native.Told[Recording]{Recording: rec}); err != nil {
			return err
		}
	}
	if r.OnlyRecord {
		return nil
	}
	result, err := r.search(ctx, rig, rec, native.Telling[Recording](emit))
	return native.Tell[Recording](emit, result, err)
}

// recordGolden runs the program on a disk of the lab. It comes before the rig, because it kills whatever else runs on this stage.
func recordGolden(ctx context.Context, spec *native.Spec, dir string) (*program.Recording, error) {
	if err := os.Mkdir(dir, passable); err != nil {
		return nil, fmt.Errorf("kernel: %w", err)
	}
	return native.RecordHere(ctx, spec, dir)
}

// begun returns the recording to search, or nil if the program is to be recorded, and the filesystem.
func (r *Request) begun() (*Recording, kernelfs.Filesystem, error) {
	if r.From == "" {
		fs, err := filesystem(r.Filesystem)
		return nil, fs, err
	}
	rec, err := native.Receive[Recording](r.From)
	if err != nil {
		return nil, kernelfs.Filesystem{}, err
	}
	fs, err := recordedOn(rec)
	return rec, fs, err
}

// recordedOn returns the filesystem on which a recording can be recovered. It has the recorded size, but the mount
// options of this version, because those in a file are not trusted.
func recordedOn(rec *Recording) (kernelfs.Filesystem, error) {
	fs, err := filesystem(rec.Blocks.Filesystem)
	fs.DiskBytes = rec.Blocks.DiskBytes
	return fs, err
}

// search searches a recording. It ends early, keeping what it has found, when ctx is done or the time is up.
func (r *Request) search(ctx context.Context, rig *rig, rec *Recording, progress func(program.Tally)) (*program.Result, error) {
	disk, err := rig.disks.Load(rec.Blocks.Content)
	if err != nil {
		return nil, err
	}
	dump, err := rig.dump(&r.Spec, rec)
	if err != nil {
		return nil, err
	}
	if dump != nil {
		if err := rig.tryDump(ctx, &r.Spec, rec, disk, dump); err != nil {
			return nil, err
		}
	}
	o := program.Options{Limits: r.Limits, Enough: func() bool { return ctx.Err() != nil }, Progress: progress}
	return explore(context.WithoutCancel(ctx), rec, func(nr int) (images, error) { return rig.recoverer(&r.Spec, disk, nr, dump) }, o)
}

// dump returns the dump that judges the stores, or nil if a checker does.
func (r *rig) dump(spec *native.Spec, rec *Recording) (*native.Dump, error) {
	switch {
	case len(spec.Dump) == 0:
		return nil, nil
	case rec.Blocks.Golden == nil:
		return nil, errNoGolden
	}
	dir := r.at("killed")
	if err := os.Mkdir(dir, passable); err != nil {
		return nil, fmt.Errorf("kernel: %w", err)
	}
	return native.NewDump(spec, rec.Blocks.Golden, dir)
}

// tryDump makes sure that the dump finds nothing wrong with the store as it was at the end of the run.
func (r *rig) tryDump(ctx context.Context, spec *native.Spec, rec *Recording, disk string, dump *native.Dump) (err error) {
	w, err := r.recoverer(spec, disk, trying, dump)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	a, err := again(ctx, w, blocklog.State{Sure: len(rec.Blocks.log())}, nil, rec.Acks)
	if err == nil && a.Failed() {
		return fmt.Errorf("%w: %s, although nothing was lost: %s", ErrNotRepeated, a.Text, strings.Join(a.Output, "; "))
	}
	return err
}

// trying is the number of the worker that tries a dump. Those of a search have numbers from 0.
const trying = -1

// replay recovers the disk of a finding.
func replay(ctx context.Context, r *Request, dir string, emit func(any) error) (err error) {
	file, err := lrec.Load(r.From)
	if err != nil {
		return err
	}
	rec, err := FromFile(file)
	if err != nil {
		return err
	}
	fs, err := recordedOn(rec)
	if err != nil {
		return err
	}
	if file.Finding == nil || file.Finding.Blocks == nil {
		return fmt.Errorf("%s: %w", r.From, native.ErrNoFinding)
	}
	state := file.Finding.Blocks.State
	second := file.Finding.Blocks.Second
	err = rec.Blocks.log().Check(state)
	if err == nil && second != nil {
		err = errors.Join(second.Log.CheckRequests(rec.Blocks.DiskBytes), second.Log.Check(second.State))
	}
	if err != nil {
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
	dump, err := rig.dump(&r.Spec, rec)
	if err != nil {
		return err
	}
	w, err := rig.recoverer(&r.Spec, disk, 0, dump)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	acked := rec.acked(blocklog.Epoch{To: file.Finding.Blocks.Until})
	replayed, err := native.Again(file.Finding, r.Replay, func() (program.Answer, error) { return again(ctx, w, state, second, acked) })
	if err != nil {
		return err
	}
	return emit(native.Told[Recording]{Replayed: replayed})
}
