package kernel

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
)

// Request says what Explore is to do.
type Request struct {
	program.Limits             // Images: 0 means DefaultImages
	Spec           native.Spec `json:"spec"`
	Filesystem     string      `json:"filesystem"`            // one of Filesystems
	OnlyRecord     bool        `json:"only_record,omitempty"` // do not search
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

// DefaultImages is fewer than that of package program, because the kernel recovers a disk slowly.
const DefaultImages = 64

// Validate reports mistakes of the spec, and what has no meaning on a filesystem of the kernel.
func (r *Request) Validate() error {
	s := &r.Spec
	switch {
	case len(s.Dump) > 0 && r.Recording != nil && r.Recording.Blocks.Golden == nil:
		return errNoGolden
	case len(s.Dump) > 0 && len(s.Rules) > 0:
		return errors.New("a dump is compared with that of a second run, which has no faults; write a checker")
	case s.Observe:
		return errors.New("the content of a disk is decided before the kernel mounts it, so a checker cannot observe it")
	}
	for _, text := range s.Rules {
		if err := validateRule(text); err != nil {
			return err
		}
	}
	if r.OnlyRecord {
		return s.ValidateProgram()
	}
	return s.Validate()
}

// validateRule rejects faults that a disk does not have.
func validateRule(text string) error {
	rule, err := faultfs.ParseRule(text)
	if err != nil {
		return err
	}
	if rule.Effect != faultfs.EIO || rule.Op != faultfs.OpWrite && rule.Op != faultfs.OpSync || rule.Glob != "" || rule.After+rule.Before > 0 {
		return fmt.Errorf("the fault %q: on a filesystem of the kernel, only the disk below has faults, and it knows neither files nor times: "+
			"its writes fail, as in \"eio write nth=30\", or its flushes, as in \"eio sync from=3\"", text)
	}
	return nil
}

// Explore records the program, unless the request has a recording, and searches the disks that power cuts can have left. It works
// on a stage. An error means that the lab could not do its work; the outcome has what was found before.
func Explore(ctx context.Context, r Request, progress func(program.Tally)) (*Outcome, error) {
	r.Spec.EnsureDefaults()
	if err := r.Validate(); err != nil {
		return nil, err
	}
	r.Images = cmp.Or(r.Images, DefaultImages)
	passed, err := native.Pass(r.Recording)
	if err != nil {
		return nil, err
	}
	defer passed.Remove()
	r.From = passed.File
	told, err := native.OnStage[Recording](ctx, jobName, r, progress)
	return &Outcome{cmp.Or(r.Recording, told.Recording), told.Result}, err
}

// Replay recovers the disk of a saved finding again, several times. The program itself does not run again, except to recover.
func Replay(ctx context.Context, file string, attempts int) (*native.Replayed, error) {
	return native.ReplayOnStage(ctx, jobName, file, attempts)
}

// jobName is the name of the job on the stage.
const jobName = "explore-on-kernel"
