package native

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/lrec"
)

// Replayed is the result of recovering the image of a saved finding again.
type Replayed struct {
	Finding  *program.Finding `json:"finding"`
	Attempts int              `json:"attempts"`
	Shown    int              `json:"shown"`            // how often it failed in the same way
	Answer   string           `json:"answer,omitempty"` // what the checker said last
}

// ErrNoFinding is returned for a file that holds a recording but no finding.
var ErrNoFinding = errors.New("the file holds a recording but no finding; search it with exec --from")

// Replay recovers the image of a saved finding again, several times. It runs the checker, and the server if there is one, but
// does not record the program again.
func Replay(ctx context.Context, file string, attempts int) (_ *Replayed, err error) {
	f, spec, err := loadFinding(file)
	if err != nil {
		return nil, err
	}
	if spec.Server != nil {
		return ReplayOnStage(ctx, jobName, file, attempts)
	}
	scratch, err := hostdisk.NewScratch(fastDir(), "replay")
	if err != nil {
		return nil, fmt.Errorf("native: %w", err)
	}
	defer func() { err = errors.Join(err, scratch.Remove()) }()
	return replayIn(ctx, f, spec, scratch.Dir, attempts)
}

// loadFinding loads a saved finding, and how it was judged.
func loadFinding(file string) (*lrec.File, *Spec, error) {
	f, err := lrec.Load(file)
	if err != nil {
		return nil, nil, err
	}
	if f.Finding == nil {
		return nil, nil, fmt.Errorf("%s: %w", file, ErrNoFinding)
	}
	spec := &Spec{}
	if err := json.Unmarshal(f.Spec, spec); err != nil {
		return nil, nil, fmt.Errorf("%w: %s: %w", lrec.ErrFile, file, err)
	}
	spec.EnsureDefaults()
	spec.Observe = false
	return f, spec, nil
}

// ReplayOnStage has a job replay a saved finding on a stage.
func ReplayOnStage(ctx context.Context, job, file string, attempts int) (*Replayed, error) {
	from, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	request := struct {
		From   string `json:"from"`
		Replay int    `json:"replay"`
	}{from, attempts}
	told, err := OnStage[struct{}](ctx, job, request, nil)
	return told.Replayed, err
}

// Again recovers the image of a finding a number of times.
func Again(f *program.Finding, attempts int, ask func() (program.Answer, error)) (*Replayed, error) {
	shown, last, err := f.Again(attempts, ask)
	if err != nil {
		return nil, err
	}
	return &Replayed{Finding: f, Attempts: attempts, Shown: shown, Answer: last.Text}, nil
}

// replayIn recovers the image of a finding in a directory.
func replayIn(ctx context.Context, f *lrec.File, spec *Spec, dir string, attempts int) (*Replayed, error) {
	img, err := f.Finding.Image(f.Recording)
	if err != nil {
		return nil, err
	}
	r, err := (&Copies{Spec: *spec, Dir: dir, Rec: f.Recording}).Recoverer(0)
	if err != nil {
		return nil, err
	}
	again, err := Again(f.Finding, attempts, func() (program.Answer, error) { return r.Recover(ctx, img, f.Recording.Acks) })
	return again, errors.Join(err, r.Close())
}
