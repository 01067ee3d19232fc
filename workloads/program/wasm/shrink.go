package wasm

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/workloads/program"
)

// shrunkImages is how many images the search of a seed may have recovered if its schedule is to be shrunk: that takes some
// further searches.
const shrunkImages = 5000

// shrink makes the schedule on which something was found simpler: from some moment on, no goroutine is made to make room any
// more. It looks for the earliest such moment at which the same is found. The seed stays. What hangs takes too long for that.
func (w *Way) shrink(ctx context.Context, swept *Swept, found *program.Result, o program.Options) error {
	all := w.switches
	hangs := func(f program.Finding) bool { return f.Hangs }
	if w.KeepSchedule || found.Tally.Images > shrunkImages || w.spec.Switches > 0 || slices.ContainsFunc(found.Findings, hangs) {
		return nil
	}
	defer func() { w.spec.Switches = swept.Switches }()
	few, enough := uint64(0), all // it is found with enough, and not known to be found with few
	for try := uint64(1); few+1 < enough; try = (few + enough) / 2 {
		if o.Enough != nil && o.Enough() {
			return nil
		}
		w.spec.Switches = try
		rec, err := w.Record(ctx)
		if err != nil {
			return err
		}
		result, err := program.Explore(ctx, rec, w, atFirst(o, len(found.Findings)))
		if err != nil {
			return err
		}
		if !findsAll(result, found) {
			few = try
			continue
		}
		enough = try
		swept.Recording, swept.Switches, swept.Of = rec, enough, all
		swept.Result.Findings = result.Findings
	}
	if swept.Switches == 0 {
		return nil
	}
	w.Use(swept.Recording) // the last one that was made may be another
	result, err := program.Explore(ctx, swept.Recording, w, o)
	if err == nil && findsAll(result, found) {
		swept.Result.Findings = result.Findings
	}
	return err
}

// atFirst returns the options of a search for what was found before: if that was one thing, it ends at the first image that is
// wrong.
func atFirst(o program.Options, findings int) program.Options {
	if findings > 1 {
		return o
	}
	var failed atomic.Bool
	enough := o.Enough
	o.Progress = func(t program.Tally) { failed.Store(t.Failed > 0) }
	o.Enough = func() bool { return failed.Load() || enough != nil && enough() }
	return o
}

// findsAll reports whether a search has found everything that another has.
func findsAll(result, found *program.Result) bool {
	return !slices.ContainsFunc(found.Findings, func(f program.Finding) bool {
		return !slices.ContainsFunc(result.Findings, func(g program.Finding) bool { return f.ID == g.ID })
	})
}
