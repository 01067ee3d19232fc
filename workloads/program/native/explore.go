package native

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/stage"
)

// Request says what Explore is to do.
type Request struct {
	Spec     Spec   `json:"spec"`
	Profile  string `json:"profile"`
	Device   string `json:"device,omitempty"`
	Workers  int    `json:"workers"`
	Images   int    `json:"images,omitempty"`
	Points   int    `json:"points,omitempty"`
	Findings int    `json:"findings,omitempty"`
	Nested   int    `json:"nested,omitempty"`
	Seed     uint64 `json:"seed,omitempty"`      // see program.Options
	OnlyTape bool   `json:"only_tape,omitempty"` // record but do not search
	// Replay, if it is not 0, is how often to recover the image of the finding in the file From. Nothing else is done then.
	Replay int `json:"replay,omitempty"`
	// First ends the search with the first image that fails.
	First bool `json:"first,omitempty"`
	// For limits the time of the search; 0 means no limit.
	For time.Duration `json:"for,omitempty"`
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
	if err != nil {
		return program.Options{}, err
	}
	enough := func() bool { return ctx.Err() != nil }
	if r.For > 0 {
		end := time.Now().Add(r.For)
		enough = func() bool { return ctx.Err() != nil || time.Now().After(end) }
	}
	if r.First {
		progress, enough = program.UntilFailure(progress, enough)
	}
	return program.Options{
		Enough: enough, Explaining: program.ExplainingAfter(r.For),
		Model: model, Workers: r.Workers, Images: r.Images, Points: r.Points,
		Findings: r.Findings, Nested: r.Nested, Seed: r.Seed, Progress: progress,
	}, nil
}

// Outcome is the result of Explore: the recording and, unless only a recording was asked for, what the search found.
type Outcome struct {
	Recording *program.Recording `json:"-"`
	Result    *program.Result    `json:"result"`
	// Error says why the search ended early.
	Error string `json:"error,omitempty"`
}

// event is what a stage emits. Exactly one field is set.
type event struct {
	Recording *program.Recording `json:"recording,omitempty"`
	Tally     *program.Tally     `json:"tally,omitempty"`
	Outcome   *Outcome           `json:"outcome,omitempty"`
	Replayed  *Replayed          `json:"replayed,omitempty"`
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
	out := &Outcome{Recording: r.Recording}
	scratch, err := hostdisk.NewScratch(fastDir(), "recording")
	if err != nil {
		return nil, err
	}
	defer func() { _ = scratch.Remove() }() // the next command removes what stays
	if r.Recording != nil {
		r.From = filepath.Join(scratch.Dir, "recording")
		text, err := json.Marshal(r.Recording)
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(r.From, text, 0o600); err != nil {
			return nil, err
		}
	}
	err = stage.Run(ctx, jobName, r, func(text json.RawMessage) error {
		var e event
		if err := json.Unmarshal(text, &e); err != nil {
			return err
		}
		switch {
		case e.Recording != nil:
			out.Recording = e.Recording
		case e.Tally != nil && progress != nil:
			progress(*e.Tally)
		case e.Outcome != nil:
			out.Result, out.Error = e.Outcome.Result, e.Outcome.Error
		}
		return nil
	})
	if err == nil && out.Error != "" {
		err = errors.New(out.Error)
	}
	return out, err
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
