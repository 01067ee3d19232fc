package wasm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/lrec"
)

// Replayed is the result of replaying a saved finding: the program ran again from its seed and lost the same operations.
type Replayed struct {
	Attempts int
	Shown    int    // how often it failed in the same way
	Answer   string // what the checker said last
	// Changed says that the program now behaves differently, so the saved recording was used instead of a new one.
	Changed bool
}

// Replay replays a saved finding. Each attempt runs the program from the seed, cuts the power where the finding did, loses the same
// operations, and recovers. host becomes Way.Host.
func Replay(
	ctx context.Context, f *lrec.File, attempts int, cache string, host func(*program.Recording) program.Way,
) (_ *Replayed, err error) {
	var spec Spec
	if err := json.Unmarshal(f.Spec, &spec); err != nil {
		return nil, fmt.Errorf("%w: %w", lrec.ErrFile, err)
	}
	w, err := New(ctx, spec, cache)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.Close(ctx)) }()
	w.Host = host
	r := &Replayed{}
	for range attempts {
		rec, err := w.Record(ctx)
		if err != nil {
			return nil, err
		}
		if !sameUntil(rec, f.Recording, f.Finding.Tick) {
			r.Changed = true
			rec = f.Recording
			w.Use(rec)
		}
		a, err := w.recoverFinding(ctx, rec, f.Finding)
		if err != nil {
			return nil, err
		}
		r.Attempts++
		r.Answer = a.Text
		if f.Finding.Alike(a) {
			r.Shown++
		}
	}
	return r, nil
}

// sameUntil reports whether two recordings are equal up to the operation at tick, including the acknowledgements by then.
func sameUntil(a, b *program.Recording, tick uint64) bool {
	a, b = a.Until(tick), b.Until(tick)
	return slices.Equal(a.Acks, b.Acks) && slices.EqualFunc(a.Trace, b.Trace, func(x, y faultfs.Op) bool { return x.Tick == y.Tick && x.String() == y.String() })
}

func (w *Way) recoverFinding(ctx context.Context, rec *program.Recording, f *program.Finding) (_ program.Answer, err error) {
	img, err := f.Image(rec)
	if err != nil {
		return program.Answer{}, err
	}
	r, err := w.Recoverer(0)
	if err != nil {
		return program.Answer{}, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return r.Recover(ctx, img, rec.Acked(f.Tick))
}
