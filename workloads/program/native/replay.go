package native

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/lrec"
)

// Replayed is what came of recovering the image of a saved finding again.
type Replayed struct {
	Finding  *program.Finding `json:"finding"`
	Attempts int              `json:"attempts"`
	Shown    int              `json:"shown"`            // how often it failed in the same way
	Answer   string           `json:"answer,omitempty"` // what the checker said last
}

// ErrNoFinding says that a file holds a recording and no finding.
var ErrNoFinding = errors.New("the file holds a recording and no finding; search it with exec --from")

// Replay recovers the image of a saved finding again, with the checker alone.
func Replay(ctx context.Context, file string, attempts int) (_ *Replayed, err error) {
	f, err := lrec.Load(file)
	if err != nil {
		return nil, err
	}
	if f.Finding == nil {
		return nil, fmt.Errorf("%s: %w", file, ErrNoFinding)
	}
	var spec Spec
	if err := json.Unmarshal(f.Spec, &spec); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", lrec.ErrFile, file, err)
	}
	spec.EnsureDefaults()
	spec.Observe = false
	img, err := f.Finding.Image(f.Recording)
	if err != nil {
		return nil, err
	}
	scratch, err := hostdisk.NewScratch(fastDir(), "replay")
	if err != nil {
		return nil, fmt.Errorf("native: %w", err)
	}
	defer func() { err = errors.Join(err, scratch.Remove()) }()
	r, err := (&Copies{Spec: spec, Dir: scratch.Dir, Rec: f.Recording}).Recoverer(0)
	if err != nil {
		return nil, err
	}
	again := &Replayed{Finding: f.Finding}
	for range attempts {
		a, err := r.Recover(ctx, img, f.Recording.Acks)
		if err != nil {
			return nil, errors.Join(err, r.Close())
		}
		again.Attempts++
		again.Answer = a.Text
		if f.Finding.Alike(a) {
			again.Shown++
		}
	}
	return again, r.Close()
}
