package workloads

import (
	"context"
	"errors"
	"runtime/debug"
	"strconv"
	"sync"

	"github.com/lightningdb/lightning-torture/workloads/appendlog"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// DriveOptions says how to drive. The zero value works.
type DriveOptions struct {
	PhaseOps int // operations between two full scans; 0: 1000, the scan included
	Attempts int // how often a transaction that conflicts is tried, each time as an operation of its own; 0: 8
	// Appended, if set, returns where the latest write to a file that the store appends to has ended, in bytes. Steps that
	// fill up a block of a log ask for it; without it they guess.
	Appended func() int64
	// BlockBytes, if set, is the size of the blocks of the file that Appended is about, and HeaderBytes that of the header which
	// each part of a record in a block has.
	BlockBytes, HeaderBytes int
	// OneByOne says that the store's batches are not atomic. Each write of one is then an operation of its own.
	OneByOne bool
	// Loaded, if set, is called once, after loading and before the first operation of the clients.
	Loaded func()
	// Opener makes steps about the whole store possible. Reopened, if set, is told of every store that takes the place of the
	// one before; nil if there is none, because it was closed and is not open again.
	Opener   Opener
	Reopened func(Store)
}

// Drive loads the store, runs all clients of the script, and ends with a scan of everything while nothing else runs.
// Every operation is recorded in rec, answered or not. Errors of the store are evidence, not errors of Drive: it fails
// only with a *Panic, with ErrExited, or with the error of ctx, whose end lets every client finish the operation it has begun.
//
// A store that does not open again, although it is tried twice, ends the drive with that error, and so does one that fails to
// close while buffered commits may be lost with it.
//
// With one client everything happens on the caller's goroutine.
func Drive(ctx context.Context, store Store, script Script, rec *history.Recorder, opts DriveOptions) error {
	if opts.PhaseOps <= 0 {
		opts.PhaseOps = 1000
	}
	if opts.Attempts <= 0 {
		opts.Attempts = 8
	}
	d := &driver{script: &script, rec: rec, opts: opts, keys: sync.OnceValue(script.keys)}
	d.session.store = store
	if err := d.run(ctx, 0, d.loading()); err != nil {
		return err
	}
	if opts.Loaded != nil {
		opts.Loaded()
	}
	return d.phases(ctx)
}

type driver struct {
	session session
	tail    appendlog.Tail // of a log
	script  *Script
	rec     *history.Recorder
	opts    DriveOptions
	keys    func() [][]byte // all that the script can write, in order
}

// quietScan is the scan at the end of a phase.
var quietScan = []Step{{Kind: history.Scan}}

// loading returns the steps that load the store: tables come to exist by the flush halfway.
func (d *driver) loading() []Step {
	var steps []Step
	batches := d.script.Preload
	for i, batch := range batches {
		if i > 0 && i == len(batches)/2 {
			steps = append(steps, Step{Kind: history.Flush})
		}
		durability := history.NoSync
		if i == len(batches)-1 {
			durability = history.Sync
		}
		steps = append(steps, d.loadStep(i, batch, durability))
	}
	return steps
}

// loadStep returns the step that loads a batch. A log has it at its end, whatever became of the batches before.
func (d *driver) loadStep(i int, batch []history.Write, durability history.Durability) Step {
	if _, isLog := LogOf(d.session.store); !isLog {
		return Step{Kind: history.Batch, Writes: batch, Durability: durability}
	}
	s := &appendlog.Step{Name: "load." + strconv.Itoa(i)}
	for j := range batch {
		s.Sizes = append(s.Sizes, len(batch[j].Value))
	}
	return Step{Kind: history.AppendEntries, Log: s, Durability: durability}
}

// phases runs the clients' scripts piece by piece, with a full scan after each piece.
func (d *driver) phases(ctx context.Context) error {
	rest := append([][]Step(nil), d.script.Clients...)
	piece := max(1, (d.opts.PhaseOps-1)/max(1, len(rest)))
	for {
		more := false
		steps := make([][]Step, len(rest))
		for c := range rest {
			n := min(piece, len(rest[c]))
			steps[c], rest[c] = rest[c][:n], rest[c][n:]
			more = more || len(rest[c]) > 0
		}
		if err := d.together(ctx, steps); err != nil {
			return err
		}
		if err := d.run(ctx, 0, quietScan); err != nil || !more {
			return err
		}
	}
}

// together runs the steps of all clients at the same time and waits for all of them, unless the store panics.
func (d *driver) together(ctx context.Context, steps [][]Step) error {
	if len(steps) == 1 {
		return d.run(ctx, 0, steps[0])
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ends := make(chan error, len(steps)) // buffered: a client that is left behind must not wait for a reader
	for client := range steps {
		go func() {
			err := ErrExited // unless it gets to its end
			defer func() { ends <- err }()
			err = d.run(ctx, client, steps[client])
		}()
	}
	var first error
	for range steps {
		err := <-ends
		if crash := (*Panic)(nil); errors.As(err, &crash) || errors.Is(err, ErrExited) {
			return err // the others may wait for a lock that nobody gives back
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// run does the steps of one client. A panic of the store becomes an error that says what was going on.
func (d *driver) run(ctx context.Context, client int, steps []Step) (err error) {
	c := &worker{driver: d, id: client}
	defer func() {
		if v := recover(); v != nil {
			p, twins := v.(*Panic) // with the stack of a twin
			if !twins {
				p = &Panic{Value: v, Stack: debug.Stack()}
			}
			p.Client, p.Op = client, c.step.String()
			err = p
		}
	}()
	for i := range steps {
		if err := ctx.Err(); err != nil {
			c.shutAll(false)
			c.leave()
			return err
		}
		c.step = &steps[i]
		if err := c.take(); err != nil {
			c.shutAll(false)
			return err
		}
	}
	c.shutAll(true)
	c.leave()
	return nil
}
