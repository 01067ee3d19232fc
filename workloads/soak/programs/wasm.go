package programs

import (
	"context"
	"errors"

	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/hosted"
	"github.com/lightningdb/lightning-torture/workloads/program/wasm"
	"github.com/lightningdb/lightning-torture/workloads/schedule"
)

// wasmWay runs Go programs through WebAssembly.
type wasmWay struct{ spec hosted.Spec }

// with calls do with the program, ready to run as in a course.
func (w *wasmWay) with(ctx context.Context, c *course, do func(*wasm.Way, *hosted.Spec) error) (err error) {
	spec := w.spec
	spec.Rules, spec.Env, spec.Seed = c.rules, c.environment(spec.Env), c.seed
	scratch, err := hostdisk.NewScratch("", "soak-program")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, scratch.Remove()) }()
	way, err := wasm.New(ctx, spec.Spec, schedule.UserCache())
	if err != nil {
		return err
	}
	way.Host = spec.Search(scratch.Dir)
	return errors.Join(do(way, &spec), way.Close(context.WithoutCancel(ctx)))
}

func (w *wasmWay) record(ctx context.Context, c *course) (rec *program.Recording, err error) {
	err = w.with(ctx, c, func(way *wasm.Way, _ *hosted.Spec) (err error) {
		rec, err = way.Record(ctx)
		return err
	})
	return rec, err
}

func (w *wasmWay) search(ctx context.Context, c *course) (found *searched, err error) {
	o := c.options
	if o.Model, err = c.model(); err != nil {
		return nil, err
	}
	err = w.with(ctx, c, func(way *wasm.Way, spec *hosted.Spec) error {
		swept, err := way.Sweep(ctx, schedule.Seeds{First: c.seed, Last: c.seed}, o)
		if err != nil {
			return err
		}
		spec.Switches = swept.Switches
		swept.Result.Tally.Nested = swept.Nested
		found = &searched{spec, swept.Recording, swept.Result}
		return nil
	})
	return found, err
}
