package native

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/mount"
	"github.com/lightningdb/lightning-torture/workloads/program/stage"
)

// Job returns the job that a main package passes to stage.Main.
func Job() stage.Job { return stage.Job{Name: jobName, Do: perform} }

// perform records and searches, on a stage.
func perform(ctx context.Context, request json.RawMessage, dir string, emit func(any) error) (err error) {
	var r Request
	if err := json.Unmarshal(request, &r); err != nil {
		return err
	}
	disk, copies := filepath.Join(dir, "disk"), filepath.Join(dir, "copies")
	if err := errors.Join(os.Chmod(dir, passable), os.Mkdir(disk, 0o755), os.Mkdir(copies, 0o755)); err != nil {
		return err
	}
	if err := unix.Mount("copies", copies, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=0755"); err != nil {
		return fmt.Errorf("native: mount a directory in memory: %w", err)
	}
	if r.Replay > 0 {
		return replayHere(ctx, &r, copies, emit)
	}
	m, err := mount.New(disk)
	if err != nil {
		return err
	}
	way := &mounted{Copies: Copies{Spec: r.Spec, Dir: copies}, mount: m}
	if r.From != "" {
		if way.Rec, err = Receive[program.Recording](r.From); err != nil {
			return err
		}
	} else {
		rec, err := way.Record(ctx)
		if err != nil {
			return err
		}
		if err := emit(Told[program.Recording]{Recording: rec}); err != nil {
			return err
		}
	}
	if r.OnlyTape {
		return nil
	}
	if err := tryAgain(ctx, way, &r.Spec, way.Rec); err != nil {
		return err
	}
	options, err := r.options(ctx, Telling[program.Recording](emit))
	if err != nil {
		return err
	}
	result, err := program.Explore(context.WithoutCancel(ctx), way.Rec, way, options)
	return Tell[program.Recording](emit, result, err)
}

// replayHere recovers the image of a finding, on a stage.
func replayHere(ctx context.Context, r *Request, dir string, emit func(any) error) error {
	f, spec, err := loadFinding(r.From)
	if err != nil {
		return err
	}
	again, err := replayIn(ctx, f, spec, dir, r.Replay)
	if err != nil {
		return err
	}
	return emit(Told[program.Recording]{Replayed: again})
}
