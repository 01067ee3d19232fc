package cells

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/fleet/wire"
	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/lap"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/soak/postmortem"
	"github.com/lightningdb/lightning-torture/workloads/soak/supervisor"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
)

// Options configure how cells are run.
type Options struct {
	Targets []torture.Target // the engines; the spec names one of them
	Args    []string         // arguments that make this binary a child, which runs a lap.Job
	Memory  int64            // bytes that a child may use; 0 means no limit
	Workers int              // crash points explored in parallel; 0 means one per CPU
	Stuck   supervisor.Limits
	Stderr  io.Writer // receives the children's standard error; nil discards it
}

// Doer runs cells, one at a time.
type Doer struct {
	opts    Options
	scratch *hostdisk.Scratch
	sent    map[string]bool // findings whose evidence this worker has already; children save no more of it
}

// New returns a Doer, which keeps a temporary directory until it is closed. Errors wrap torture.ErrHost.
func New(o Options) (*Doer, error) {
	scratch, err := hostdisk.NewScratch("", "fleet")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", torture.ErrHost, err)
	}
	return &Doer{opts: o, scratch: scratch, sent: map[string]bool{}}, nil
}

// Close removes the temporary directory, including the evidence.
func (d *Doer) Close() error { return d.scratch.Remove() }

// File returns the name of the file with a finding's evidence, or "" if there is none.
func (d *Doer) File(id string) string {
	name := filepath.Join(d.scratch.Dir, "findings", id+evidence.Ext)
	if _, err := os.Stat(name); err != nil {
		return ""
	}
	return name
}

// try is a cell in progress. It may take several children.
type try struct {
	doer   *Doer
	spec   *campaign.Spec
	item   *wire.Item
	target torture.Target
	at     *lap.Place
	result *wire.Result
}

// Do runs a cell, preceded by the canary of its lap if canary is set. If the canary is not caught, the result has no cell. Errors
// are torture.ErrConfig if this binary has no such engine or cell, and torture.ErrHost. Once ctx is done, the result is void.
func (d *Doer) Do(ctx context.Context, spec *campaign.Spec, item *wire.Item, canary bool) (*wire.Result, error) {
	t := &try{doer: d, spec: spec, item: item, result: &wire.Result{}}
	i := slices.IndexFunc(d.opts.Targets, func(t torture.Target) bool { return t.Name == spec.Engine })
	if i < 0 {
		return nil, fmt.Errorf("%w: this binary has no engine %q", torture.ErrConfig, spec.Engine)
	}
	t.target = d.opts.Targets[i]
	for unlucky := 1; ctx.Err() == nil; unlucky++ {
		job := t.job()
		job.Canary = canary && t.result.Canary == nil
		end := supervisor.Run(ctx, t.child(job, t.handle))
		if done, err := t.ended(ctx, end, unlucky); done || err != nil {
			t.remember()
			return t.result, err
		}
	}
	return t.result, nil
}

// remember records the findings whose evidence is on disk.
func (t *try) remember() {
	if t.result.Cell == nil {
		return
	}
	for _, f := range t.result.Cell.Findings {
		if t.doer.File(f.ID) != "" {
			t.doer.sent[f.ID] = true
		}
	}
}

func (t *try) job() *lap.Job {
	return &lap.Job{
		Spec: *t.spec, Dir: t.doer.scratch.Dir, Workers: t.doer.opts.Workers, Memory: t.doer.opts.Memory, Lap: t.item.Lap, Of: t.item.Of,
		Cells: []int{t.item.Cell}, Known: slices.Sorted(maps.Keys(t.doer.sent)),
	}
}

func (t *try) child(job *lap.Job, handle func(lap.Message) error) supervisor.Child {
	o := &t.doer.opts
	return supervisor.Child{Args: o.Args, Job: job, Stuck: o.Stuck, Stderr: o.Stderr, Handle: handle}
}

// replay returns a child that replays findings, and whose messages are dropped.
func (t *try) replay(replays ...lap.Replay) supervisor.Child {
	job := t.job()
	job.Cells, job.Of, job.Replays = nil, 0, replays
	return t.child(job, func(lap.Message) error { return nil })
}

// handle records a message from a child.
func (t *try) handle(m lap.Message) error {
	switch {
	case m.Begin != nil:
		t.at = m.Begin.Cell
	case m.Canary != nil:
		t.result.Canary = m.Canary
	case m.Cell != nil:
		if m.Cell.Cell != t.item.Cell || m.Cell.Lap != t.item.Lap {
			return errors.New("child reported another cell")
		}
		t.result.Cell = m.Cell
	}
	return nil
}

// ended evaluates the end of a child, and reports whether the cell is done. A child that something else on the host has killed is
// started again, up to a limit.
func (t *try) ended(ctx context.Context, end supervisor.End, unlucky int) (done bool, err error) {
	if t.result.Cell != nil && end.Why != supervisor.Canceled {
		return true, nil // how the child ended after that does not matter
	}
	switch end.Why {
	case supervisor.Finished:
		if t.result.Canary == nil || t.result.Canary.Caught {
			return true, fmt.Errorf("%w: child ended without reporting a cell", torture.ErrHost)
		}
		return true, nil
	case supervisor.Canceled:
		return true, nil
	case supervisor.Failed:
		return true, fmt.Errorf("%w: %w", torture.ErrHost, end.Err)
	case supervisor.ByOthers:
		if unlucky < postmortem.MaxUnlucky || t.at == nil {
			t.die(end)
			return false, nil
		}
	case supervisor.Memory, supervisor.Stuck, supervisor.ByEngine:
	}
	if t.at == nil {
		return true, fmt.Errorf("%w: child ended before its cell began: %s", torture.ErrHost, end.Sentence)
	}
	examiner := postmortem.Examiner{Target: t.target, Replay: t.replay}
	sighting, err := examiner.Sighting(ctx, end, "lap", t.at.Workload+" × "+t.at.Fault)
	if err != nil {
		return true, err
	}
	t.die(end)
	t.result.Cell = postmortem.Lost(t.spec, t.item.Lap, t.at, end, sighting)
	return true, nil
}

// die records the death of a child in the result.
func (t *try) die(end supervisor.End) {
	t.result.Deaths = append(t.result.Deaths, ledger.Death{Process: "lap", Lap: t.item.Lap, Cause: end.Sentence})
}
