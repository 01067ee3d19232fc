package programs

import (
	"context"

	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
)

// nativeWay runs programs of this machine on FUSE.
type nativeWay struct{ spec native.Spec }

// request returns what is asked of package native.
func (w *nativeWay) request(c *course) native.Request {
	spec := w.spec
	spec.Rules, spec.Env = c.rules, c.environment(w.spec.Env)
	return native.Request{Limits: c.options.Limits, Spec: spec, Profile: c.profile, Device: c.device}
}

func (w *nativeWay) record(ctx context.Context, c *course) (*program.Recording, error) {
	r := w.request(c)
	r.OnlyTape = true
	out, err := native.Explore(ctx, r, nil)
	if err != nil {
		return nil, err
	}
	return out.Recording, nil
}

func (w *nativeWay) search(ctx context.Context, c *course) (*searched, error) {
	r := w.request(c)
	out, err := native.Explore(ctx, r, c.options.Progress)
	if err != nil {
		return nil, err
	}
	return &searched{r.Spec, out.Recording, out.Result}, nil
}
