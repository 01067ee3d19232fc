package kernel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/lrec"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
	"github.com/lightningdb/lightning-torture/workloads/program/stage"
)

// Request says what Explore is to do.
type Request struct {
	Spec       native.Spec `json:"spec"`
	Filesystem string      `json:"filesystem"` // one of Filesystems
	Options    Options     `json:"options"`
	OnlyRecord bool        `json:"only_record,omitempty"` // do not search
	// First ends the search with the first disk that fails.
	First bool `json:"first,omitempty"`
	// For limits the time of the search; 0 means no limit.
	For time.Duration `json:"for,omitempty"`
	// Recording, if it is not nil, is searched instead of recording the program. It is not part of the JSON.
	Recording *Recording `json:"-"`
	// From is the file that passes a recording or a finding to a stage.
	From string `json:"from,omitempty"`
	// Replay, if it is not 0, is how often to recover the disk of the finding in the file From. Nothing else is done then.
	Replay int `json:"replay,omitempty"`
}

// Outcome is the result of Explore: the recording and, unless only a recording was asked for, what the search found.
type Outcome struct {
	Recording *Recording
	Result    *program.Result
}

// event is what a stage emits. Exactly one of the first four fields is set.
type event struct {
	Recording *program.Recording `json:"recording,omitempty"`
	Tally     *program.Tally     `json:"tally,omitempty"`
	Result    *program.Result    `json:"result,omitempty"`
	Replayed  *native.Replayed   `json:"replayed,omitempty"`
	Blocks    *Blocks            `json:"blocks,omitempty"` // comes with Recording
	Error     string             `json:"error,omitempty"`  // comes with Result, if the search ended early
}

// Validate reports mistakes of the spec, and what has no meaning on a filesystem of the kernel.
func (r *Request) Validate() error {
	s := &r.Spec
	switch {
	case len(s.Dump) > 0:
		return errors.New("a dump is compared with states after kills, which only disks of the lab can give; write a checker")
	case s.Observe:
		return errors.New("a disk of the kernel is decided before it is mounted: a checker cannot observe it")
	case len(s.Rules) > 0:
		return errors.New("faults hit operations of the disks of the lab; a filesystem of the kernel has none")
	case r.OnlyRecord:
		return s.ValidateProgram()
	}
	return s.Validate()
}

// Explore records the program, unless the request has a recording, and searches the disks that power cuts can have left. It works
// on a stage. An error means that the lab could not do its work; the outcome has what was found before.
func Explore(ctx context.Context, r Request, progress func(program.Tally)) (*Outcome, error) {
	r.Spec.EnsureDefaults()
	if err := r.Validate(); err != nil {
		return nil, err
	}
	out := &Outcome{Recording: r.Recording}
	if r.Recording != nil {
		scratch, err := hostdisk.NewScratch("", "recording")
		if err != nil {
			return nil, fmt.Errorf("kernel: %w", err)
		}
		defer func() { _ = scratch.Remove() }() // the next command removes what stays
		file, err := r.Recording.File(r.Spec, nil)
		if err != nil {
			return nil, err
		}
		r.From = filepath.Join(scratch.Dir, "recording"+lrec.Ext)
		if err := file.Save(r.From); err != nil {
			return nil, err
		}
	}
	var ended error
	err := stage.Run(ctx, jobName, r, func(text json.RawMessage) error {
		var e event
		if err := json.Unmarshal(text, &e); err != nil {
			return err
		}
		switch {
		case e.Recording != nil:
			out.Recording = &Recording{e.Recording, *e.Blocks}
		case e.Tally != nil && progress != nil:
			progress(*e.Tally)
		case e.Result != nil:
			out.Result = e.Result
			if e.Error != "" {
				ended = errors.New(e.Error)
			}
		}
		return nil
	})
	return out, errors.Join(err, ended)
}

// Replay recovers the disk of a saved finding again, several times. The program itself does not run again, except to recover.
func Replay(ctx context.Context, file string, attempts int) (again *native.Replayed, err error) {
	from, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	err = stage.Run(ctx, jobName, Request{From: from, Replay: attempts}, func(text json.RawMessage) error {
		var e event
		err := json.Unmarshal(text, &e)
		again = e.Replayed
		return err
	})
	return again, err
}

// jobName is the name of the job on the stage.
const jobName = "explore-on-kernel"
