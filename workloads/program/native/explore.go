package native

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/program"
)

// Request says what Explore is to do.
type Request struct {
	program.Limits
	Spec     Spec   `json:"spec"`
	Profile  string `json:"profile"`
	Device   string `json:"device,omitempty"`
	OnlyTape bool   `json:"only_tape,omitempty"` // record but do not search
	// Replay, if it is not 0, is how often to recover the image of the finding in the file From. Nothing else is done then.
	Replay int `json:"replay,omitempty"`
	// Recording, if it is not nil, is searched instead of recording the program. It is not part of the JSON.
	Recording *program.Recording `json:"-"`
	// From is the file that passes a recording or a finding to a stage.
	From string `json:"from,omitempty"`
}

// Model returns the rules that say what a crash may leave.
func (r *Request) Model() (faultfs.Model, error) {
	profile, err := faultfs.ProfileNamed(r.Profile)
	if err != nil {
		return faultfs.Model{}, err
	}
	device, err := faultfs.ParseDevice(r.Device)
	return faultfs.Model{Profile: profile, Device: device}, err
}

// options returns the options of a search that ends early, keeping what it has found, when ctx is done or the time is up.
func (r *Request) options(ctx context.Context, progress func(program.Tally)) (program.Options, error) {
	model, err := r.Model()
	return program.Options{Limits: r.Limits, Model: model, Enough: func() bool { return ctx.Err() != nil }, Progress: progress}, err
}

// Outcome is the result of Explore: the recording and, unless only a recording was asked for, what the search found.
type Outcome struct {
	Recording *program.Recording
	Result    *program.Result
}

// Explore records the program, unless the request has a recording, and searches its crash images. It works on a stage unless
// none is needed, see Spec.NeedsStage. An error means that the lab could not do its work; the outcome has what was found before.
func Explore(ctx context.Context, r Request, progress func(program.Tally)) (*Outcome, error) {
	r.Spec.EnsureDefaults()
	validate := r.Spec.Validate
	if r.OnlyTape {
		validate = r.Spec.ValidateProgram
	}
	if err := validate(); err != nil {
		return nil, err
	}
	if r.Recording != nil && !r.Spec.NeedsStage() {
		return exploreCopies(ctx, &r, progress)
	}
	passed, err := Pass(r.Recording)
	if err != nil {
		return nil, err
	}
	defer passed.Remove()
	r.From = passed.File
	told, err := OnStage[program.Recording](ctx, jobName, r, progress)
	return &Outcome{cmp.Or(r.Recording, told.Recording), told.Result}, err
}

// exploreCopies searches a recording in this process.
func exploreCopies(ctx context.Context, r *Request, progress func(program.Tally)) (out *Outcome, err error) {
	options, err := r.options(ctx, progress)
	if err != nil {
		return nil, err
	}
	scratch, err := hostdisk.NewScratch(fastDir(), "copies")
	if err != nil {
		return nil, fmt.Errorf("native: %w", err)
	}
	defer func() { err = errors.Join(err, scratch.Remove()) }()
	way := &Copies{Spec: r.Spec, Dir: scratch.Dir, Rec: r.Recording}
	out = &Outcome{Recording: r.Recording}
	if err := tryAgain(ctx, way, &r.Spec, r.Recording); err != nil {
		return nil, err
	}
	out.Result, err = program.Explore(context.WithoutCancel(ctx), r.Recording, way, options)
	return out, err
}

// fastDir returns a directory in memory, or "" for the default if this machine has none.
func fastDir() string {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		return "/dev/shm"
	}
	return ""
}

// jobName is the name of the job on the stage.
const jobName = "explore-program"
