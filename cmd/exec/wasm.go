package exec

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/spf13/pflag"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/reports/programs"
	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/hosted"
	"github.com/lightningdb/lightning-torture/workloads/program/lrec"
	"github.com/lightningdb/lightning-torture/workloads/program/wasm"
	"github.com/lightningdb/lightning-torture/workloads/schedule"
)

// defaultSweep is the last seed if none is given. If all seeds give the same run, the program is searched only once.
const defaultSweep = 20

// runWasm records a program with one seed after another, searches, and prints what was found.
func runWasm(ctx context.Context, out io.Writer, f *flags, given *pflag.FlagSet, args []string) error {
	seeds := schedule.Seeds{First: 1, Last: defaultSweep}
	if f.seeds.Given(given) {
		var err error
		if seeds.First, seeds.Last, err = f.seeds.Range(given); err != nil {
			return err
		}
	}
	began := time.Now()
	o, err := f.options(began)
	if err != nil {
		return err
	}
	filled, filledArgs := f.inSteps(f.steps, args)
	spec, swept, err := filled.onWasm(ctx, filledArgs, seeds, o)
	if err != nil {
		return err
	}
	if f.record != "" {
		if err := save(f.record, spec, swept.Recording); err != nil {
			return err
		}
	}
	switch {
	case f.audit:
		return f.printHints(out, swept.Recording)
	case f.tapeOnly():
		return f.printRecorded(out, swept.Recording)
	}
	took := time.Since(began)
	shown := swept // the sweep whose findings are shown
	result := f.fewest(ctx, foundOnWasm(spec, swept), took, func(ctx context.Context, steps int, all bool) (*found, error) {
		filled, filledArgs := f.inSteps(steps, args)
		o.Progress, o.First = nil, !all
		spec, fewer, err := filled.onWasm(ctx, filledArgs, schedule.Seeds{First: seeds.First, Last: swept.Seed}, o)
		if err != nil {
			return nil, err
		}
		with := foundOnWasm(spec, fewer)
		if with.hasAll(swept.Result.Findings) {
			shown = fewer
		}
		return with, nil
	})
	report := &programs.Report{Result: result.Result, Seconds: took.Seconds()}
	report.Sweep = &programs.Sweep{
		Seed: shown.Seed, Seeds: swept.Seeds, Courses: swept.Courses, Nested: swept.Nested, Switches: shown.Switches, Of: shown.Of,
	}
	return publish(out, f, report, result.fileOf)
}

// foundOnWasm returns what a sweep found.
func foundOnWasm(spec *hosted.Spec, swept *wasm.Swept) *found {
	return &found{swept.Result, func(finding *program.Finding) (*lrec.File, error) { return lrec.New(spec, swept.Recording, finding) }}
}

// onWasm does with one program what the flags ask for, except for printing the result.
func (f *flags) onWasm(ctx context.Context, args []string, seeds schedule.Seeds, o program.Options) (_ *hosted.Spec, _ *wasm.Swept, err error) {
	var from *program.Recording
	if f.from != "" {
		file, err := f.recordedFiles()
		if err != nil {
			return nil, nil, err
		}
		from, args = file.Recording, file.Recording.Program
	}
	spec, err := f.wasmSpec(args, f.faults, f.tapeOnly())
	if err != nil {
		return nil, nil, err
	}
	spec.Seed = seeds.First
	scratch, err := hostdisk.NewScratch("", "exec")
	if err != nil {
		return nil, nil, exit.Because(ctx, err)
	}
	defer func() { _ = scratch.Remove() }() // the next command removes what is left
	way, err := wasm.New(ctx, spec.Spec, schedule.UserCache())
	if err != nil {
		return nil, nil, wasmError(ctx, err)
	}
	defer func() { err = errors.Join(err, way.Close(context.WithoutCancel(ctx))) }()
	way.Host = spec.Search(scratch.Dir)
	swept, err := f.searchWasm(ctx, way, from, seeds, o)
	if err != nil {
		return nil, nil, exit.Because(ctx, err)
	}
	spec.Seed, spec.Switches = swept.Seed, swept.Switches
	return spec, swept, nil
}

// searchWasm records, or searches, with a program that is ready to run.
func (f *flags) searchWasm(
	ctx context.Context, way *wasm.Way, from *program.Recording, seeds schedule.Seeds, o program.Options,
) (_ *wasm.Swept, err error) {
	swept := &wasm.Swept{Seed: seeds.First, Seeds: 1, Courses: 1, Recording: from}
	switch {
	case from != nil && !f.tapeOnly():
		way.Use(from)
		swept.Result, err = program.Explore(ctx, from, way, o)
	case from != nil:
	case f.tapeOnly():
		swept.Recording, err = way.Record(ctx)
	default:
		return way.Sweep(ctx, seeds, o)
	}
	return swept, err
}

// options returns the options of a search in this process.
func (f *flags) options(began time.Time) (program.Options, error) {
	model, err := f.model()
	o := program.Options{Model: model, Limits: f.limits()}
	if f.limit > 0 {
		o.Enough = func() bool { return time.Since(began) > f.limit } // of all seeds together
	}
	return o, err
}

// againWasm replays a finding on wasm.
func againWasm(ctx context.Context, file string, f *lrec.File, attempts int) (*programs.Again, error) {
	var spec hosted.Spec
	if err := json.Unmarshal(f.Spec, &spec); err != nil {
		return nil, exit.With(exit.BadUsage, fmt.Errorf("%w: %s: %w", lrec.ErrFile, file, err))
	}
	scratch, err := hostdisk.NewScratch("", "exec")
	if err != nil {
		return nil, err
	}
	defer func() { _ = scratch.Remove() }() // the next command removes what is left
	r, err := wasm.Replay(ctx, f, attempts, schedule.UserCache(), spec.Search(scratch.Dir))
	if err != nil {
		return nil, wasmError(ctx, err)
	}
	a := &programs.Again{
		Reproduced: r.Shown > 0, Attempts: r.Attempts, Hits: r.Shown, Answer: r.Answer, Finding: f.Finding, File: file,
		Note: fmt.Sprintf("each attempt ran the program from seed %d", spec.Seed),
	}
	if r.Changed {
		a.Note = "the program behaves differently now; its disk was rebuilt from the file"
	}
	return a, nil
}

// wasmError distinguishes programs that cannot run through WebAssembly from faults of this machine.
func wasmError(ctx context.Context, err error) error {
	if errors.Is(err, wasm.ErrBuild) || errors.Is(err, schedule.ErrNotGo) || errors.Is(err, fs.ErrNotExist) {
		return exit.With(exit.BadUsage, err)
	}
	return exit.Because(ctx, err)
}
