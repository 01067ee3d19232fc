package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
)

// Run measures the engines and returns the result. All stores are removed before it returns. If ctx ends early, the
// result covers the rounds so far and is marked Interrupted.
func Run(ctx context.Context, engines []Engine, o Options) (result *Result, err error) {
	o.EnsureDefaults(engines)
	if err := o.Validate(engines); err != nil {
		return nil, err
	}
	dir, remove, err := workspace(o.Dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, remove()) }()
	if o.ProfileDir != "" {
		if o.ProfileDir, err = filepath.Abs(o.ProfileDir); err == nil {
			err = os.MkdirAll(o.ProfileDir, 0o755)
		}
		if err != nil {
			return nil, fmt.Errorf("profiles: %w", err)
		}
	}
	r := &runner{Options: o, dir: dir}
	for _, name := range o.Engines {
		r.engines = append(r.engines, engines[slices.IndexFunc(engines, func(e Engine) bool { return e.Name == name })])
	}
	hints := notes(r.engines, &o)
	if inMemory(dir) {
		hints = append(hints, fmt.Sprintf("%s is in memory, not on a disk: Sync costs nothing there; choose another --dir", dir))
		o.Progress(hints[len(hints)-1])
	}
	measurements, err := r.rounds(ctx)
	if err != nil && ctx.Err() == nil {
		return nil, err
	}
	return &Result{
		Version: 1, Entries: o.Entries, Rounds: o.Rounds, CPUs: runtime.NumCPU(), System: runtime.GOOS + "/" + runtime.GOARCH,
		Go: runtime.Version(), Interrupted: ctx.Err() != nil, Notes: hints, Rows: summarize(measurements),
	}, nil
}

// workspace creates an empty directory in parent, creating parent if necessary, and returns a function that removes
// everything it created.
func workspace(parent string) (dir string, remove func() error, err error) {
	made := false
	if parent == "" {
		parent = os.TempDir()
	} else if _, err := os.Stat(parent); errors.Is(err, os.ErrNotExist) {
		made = true
	}
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", nil, fmt.Errorf("directory of the stores: %w", err)
	}
	scratch, err := hostdisk.NewScratch(parent, "bench")
	if err != nil {
		return "", nil, fmt.Errorf("directory of the stores: %w", err)
	}
	return scratch.Dir, func() error {
		err := scratch.Remove()
		if made {
			_ = os.Remove(parent) // fails if somebody else has put something there
		}
		return err
	}, nil
}

// runner executes the rounds.
type runner struct {
	Options
	engines []Engine
	dir     string
}

func (r *runner) rounds(ctx context.Context) ([]Measurement, error) {
	var all []Measurement
	for round := range r.Rounds {
		for _, g := range groups(&r.Options) {
			for _, e := range rotated(r.engines, round) {
				tasks := g.without(e)
				if len(tasks) == 0 {
					continue
				}
				measured, err := r.measure(ctx, job{
					Engine: e.Name, Tasks: tasks, Entries: r.Entries, Round: round, Profile: r.ProfileDir,
				})
				if err != nil {
					return all, err
				}
				all = append(all, measured...)
			}
		}
	}
	return all, nil
}

// measure executes a job in a process and a directory of its own.
func (r *runner) measure(ctx context.Context, j job) (all []Measurement, err error) {
	r.Progress(fmt.Sprintf("round %d of %d  %s  %s", j.Round+1, r.Rounds, j.Engine, j.Tasks[0].Work))
	if j.Dir, err = os.MkdirTemp(r.dir, j.Engine+"-"); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(j.Dir)) }()
	if j.Tasks[0].Work == "recover" {
		crash := j
		crash.Crash = true
		if err := r.kill(ctx, crash); err != nil {
			return nil, err
		}
	}
	waitForOthers(r.Wait)
	return r.spawn(ctx, j)
}
