package wasm

import (
	"context"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/program"
)

// shrunkImages bounds the cost of shrinking, which repeats the search several times: the schedule of a seed is shrunk only if its
// search recovered at most this many images.
const shrunkImages = 5000

// shrink simplifies the schedule that led to a finding. It bisects for the smallest number of forced goroutine switches that still
// shows the same findings; after those, goroutines run until they block. The seed stays the same. Findings that hang are not
// shrunk, because that would take too long.
func (w *Way) shrink(ctx context.Context, swept *Swept, found *program.Result, o program.Options) error {
	all := w.switches
	hangs := func(f program.Finding) bool { return f.Hangs }
	if w.KeepSchedule || found.Tally.Images > shrunkImages || w.spec.Switches > 0 || slices.ContainsFunc(found.Findings, hangs) {
		return nil
	}
	defer func() { w.spec.Switches = swept.Switches }()
	few, enough := uint64(0), all // with enough switches the findings show; with few they are not known to
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
	w.Use(swept.Recording) // the latest recording may be a different one
	result, err := program.Explore(ctx, swept.Recording, w, o)
	if err == nil && findsAll(result, found) {
		swept.Result.Findings = result.Findings
	}
	return err
}

// atFirst returns the options of a search for known findings: if there was only one, the search ends at the first failing image.
func atFirst(o program.Options, findings int) program.Options {
	if findings > 1 {
		return o
	}
	o.First, o.Progress = true, nil
	return o
}

// findsAll reports whether result has everything in found.
func findsAll(result, found *program.Result) bool {
	return !slices.ContainsFunc(found.Findings, func(f program.Finding) bool {
		return !slices.ContainsFunc(result.Findings, func(g program.Finding) bool { return f.ID == g.ID })
	})
}
