package calibrate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blocklog"
	"github.com/lightningdb/lightning-torture/faultfs/litmus"
)

// Options say what to run. The zero value runs everything, with the default limits.
type Options struct {
	Programs    []litmus.Program // default: the whole suite
	Filesystems []Filesystem     // default: all
	States      int              // different disks per recording; default 20
	Plans       int              // recordings per program and filesystem; default 12
	Keep        string           // directory to save disks with a forbidden outcome; default: not saved
	Progress    func(cell Cell)  // called when a cell is done, by one goroutine at a time; may be nil
}

// EnsureDefaults fills in zero fields.
func (o *Options) EnsureDefaults() {
	if o.Programs == nil {
		o.Programs = litmus.Programs()
	}
	if o.Filesystems == nil {
		o.Filesystems = Filesystems()
	}
	if o.States == 0 {
		o.States = 20
	}
	if o.Plans == 0 {
		o.Plans = 12
	}
	if o.Progress == nil {
		o.Progress = func(Cell) {}
	}
}

// Run runs the programs on the filesystems, two filesystems at a time. It dismantles what it set up, whatever happens.
func Run(ctx context.Context, o Options) (Result, error) {
	o.EnsureDefaults()
	columns := make([][]Cell, len(o.Filesystems))
	errs := make([]error, len(o.Filesystems))
	var progress sync.Mutex
	done := func(c Cell) {
		progress.Lock()
		defer progress.Unlock()
		o.Progress(c)
	}
	free := make(chan struct{}, atOnce)
	var group sync.WaitGroup
	for i, fs := range o.Filesystems {
		group.Go(func() {
			free <- struct{}{}
			columns[i], errs[i] = column(ctx, o, fs, done)
			<-free
		})
	}
	group.Wait()
	result := Result{Version: 1, Kernel: kernel()}
	for _, cells := range columns {
		result.Cells = append(result.Cells, cells...)
	}
	return result, errors.Join(errs...)
}

// atOnce is how many filesystems are tested at a time. More than one, because the kernel mostly waits for the disk
// server.
const atOnce = 2

// column runs all programs on one filesystem.
func column(ctx context.Context, o Options, fs Filesystem, done func(Cell)) (cells []Cell, err error) {
	r, err := newRig(fs)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	for _, p := range o.Programs {
		c, err := r.cell(ctx, o, p)
		if err != nil {
			return cells, fmt.Errorf("%s on %s: %w", p.ID, fs.Profile, err)
		}
		cells = append(cells, c)
		done(c)
	}
	return cells, nil
}

// cell runs one program on one filesystem.
func (r *rig) cell(ctx context.Context, o Options, p litmus.Program) (Cell, error) {
	c := Cell{Program: p.ID, Title: p.Title, Filesystem: r.fs.Profile}
	set, ok := p.Allowed(r.fs.Profile)
	if !ok {
		c.Skipped = "the program does not cover this profile"
		return c, nil
	}
	c.Allowed = set
	prepared, err := r.prepare(&p)
	if err != nil {
		return c, err
	}
	options := r.fs.optionsFor(&p)
	calls, err := r.calls(&p, prepared, options[0])
	if errors.Is(err, litmus.ErrUnsupported) {
		c.Skipped = err.Error()
		return c, nil
	}
	if err != nil {
		return c, err
	}
	if fails(&p) {
		calls = 1 // nothing may write the bytes before the disk starts to refuse them
	}
	for _, plan := range plans(calls, o.Plans, options) {
		if err := r.try(ctx, o, &p, &c, prepared, plan); err != nil {
			return c, err
		}
	}
	return c, r.disks.Remove(prepared)
}

// calls returns the number of calls of a program that change the filesystem.
func (r *rig) calls(p *litmus.Program, prepared, options string) (int, error) {
	rec, err := r.record(p, prepared, Plan{Options: options})
	if err != nil {
		return 0, err
	}
	return rec.calls, r.disks.Remove(rec.disk)
}

// try runs a program once and examines what power cuts leave.
func (r *rig) try(ctx context.Context, o Options, p *litmus.Program, c *Cell, prepared string, plan Plan) error {
	rec, err := r.record(p, prepared, plan)
	if err != nil {
		return fmt.Errorf("%s: %w", plan, err)
	}
	err = r.cut(ctx, rec, o.States, func(outcome string, s blocklog.State, disk string) error {
		first := c.see(outcome)
		if first == nil {
			return nil
		}
		first.Plan, first.State = plan.String(), rec.log.Describe(s)
		if !first.Unexpected() {
			return nil
		}
		for _, op := range rec.log {
			first.Log = append(first.Log, op.String())
		}
		return r.keep(o.Keep, c, first, disk)
	})
	return errors.Join(err, r.disks.Remove(rec.disk))
}

// keep saves the disk of a sight, if there is a directory for it.
func (r *rig) keep(dir string, c *Cell, s *Sight, disk string) error {
	if dir == "" {
		return nil
	}
	name := fmt.Sprintf("%s-%s-%d.img", c.Program, c.Filesystem, len(c.Unexpected()))
	s.Image = filepath.Join(dir, name)
	return errors.Join(os.MkdirAll(dir, 0o777), r.disks.Save(disk, s.Image))
}

// kernel returns the release of the running kernel.
func kernel() string {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return "unknown"
	}
	return unix.ByteSliceToString(u.Release[:])
}
