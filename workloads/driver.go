package workloads

import (
	"context"
	"errors"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"

	"github.com/lightningdb/lightning-torture/workloads/appendlog"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// DriveOptions configures Drive. The zero value works.
type DriveOptions struct {
	PhaseOps int // operations between two full scans, including the scan; 0: 1000
	Attempts int // tries of a transaction that conflicts, each recorded as an operation of its own; 0: 8
	// Appended, if set, returns the offset in bytes at which the latest write to a file that the store appends to ended.
	// Steps that fill a block of a log use it; without it they have to guess.
	Appended func() int64
	// BlockBytes, if set, is the block size of the file that Appended reports on. HeaderBytes is then the length of the
	// header before each fragment of a record.
	BlockBytes, HeaderBytes int
	// OneByOne says that the store's batches are not atomic. Each write of a batch is then recorded as an operation of
	// its own.
	OneByOne bool
	// Loaded, if set, is called once, after loading and before the clients' first operation.
	Loaded func()
	// Lacking, if set, is called once, before the first operation, with the kinds of operations that the store does not
	// offer. Their steps are left out.
	Lacking func(kinds []history.Kind)
	// Opener enables the steps that act on the whole store. Reopened, if set, is called with each store that replaces
	// the previous one, or with nil if the store was closed and could not be opened again.
	Opener   Opener
	Reopened func(Store)
}

// Drive loads the store, runs all clients of the script, and ends with a full scan while nothing else runs. Every
// operation is recorded in rec, answered or not. Errors of the store are evidence, not errors of Drive: Drive fails
// only with a *Panic, with ErrExited, or with the error of ctx. When ctx ends, each client finishes the operation that
// it has begun.
//
// Two cases end the drive with an error of the store, because there is nothing left to drive: the store cannot be
// reopened in two attempts, or it fails to close while buffered commits may be lost with it.
//
// With one client everything runs on the caller's goroutine.
func Drive(ctx context.Context, store Store, script Script, rec *history.Recorder, opts DriveOptions) error {
	if opts.PhaseOps <= 0 {
		opts.PhaseOps = 1000
	}
	if opts.Attempts <= 0 {
		opts.Attempts = 8
	}
	d := &driver{script: &script, rec: rec, opts: opts, keys: sync.OnceValue(script.keys)}
	d.session.store = store
	if opts.Lacking != nil {
		opts.Lacking(lacking(store, &opts.Opener))
	}
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
	keys    func() [][]byte // every key that the script can write, in order
}

// quietScan is the full scan at the end of a phase.
var quietScan = []Step{{Kind: history.Scan}}

// loading returns the steps that load the store. A flush halfway makes sure that tables exist.
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

// loadStep returns the step that loads a batch. In a log it is appended at the end, whatever became of earlier batches.
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

// together runs the steps of all clients concurrently and waits for all clients, unless the store panics.
func (d *driver) together(ctx context.Context, steps [][]Step) error {
	if len(steps) == 1 {
		return d.run(ctx, 0, steps[0])
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ends := make(chan error, len(steps)) // buffered, so that a client left behind can still exit
	for client := range steps {
		go func() {
			err := ErrExited // overwritten if the client returns normally
			defer func() { ends <- err }()
			err = d.run(ctx, client, steps[client])
		}()
	}
	var first error
	for range steps {
		err := <-ends
		if crash := (*Panic)(nil); errors.As(err, &crash) || errors.Is(err, ErrExited) {
			return err // the others may be blocked on a lock that is never released
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// run executes the steps of one client. A panic of the store becomes an error that says which operation was running.
func (d *driver) run(ctx context.Context, client int, steps []Step) (err error) {
	c := &worker{driver: d, id: client}
	defer func() {
		if v := recover(); v != nil {
			p, twins := v.(*Panic) // a twin's panic carries its own stack
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

// optional lists the kinds of operations that not every store offers, and how to tell whether a store does. A client
// leaves out the steps that its store does not offer.
var optional = []struct {
	kinds   []history.Kind
	offered func(Store, *Opener) bool
}{
	{[]history.Kind{history.Txn, history.Increment, history.Append}, offer[Transactor]},
	{[]history.Kind{history.CAS}, func(s Store, o *Opener) bool { return offer[CompareAndSetter](s, o) || offer[Transactor](s, o) }},
	{[]history.Kind{history.Snapshot}, func(s Store, _ *Opener) bool { return hasViews(s) }},
	{[]history.Kind{history.Cursor}, offer[CursorMaker]},
	{[]history.Kind{history.Flush, history.Compact}, offer[Maintainer]},
	{[]history.Kind{history.Barrier}, offer[Syncer]},
	{[]history.Kind{history.Inspect}, offer[Inspector]},
	{[]history.Kind{history.Ingest}, offer[Ingester]},
	{[]history.Kind{history.Checkpoint}, checkpoints},
	{[]history.Kind{history.Backup, history.Restore}, restores},
	{[]history.Kind{history.ReadCopy}, func(s Store, o *Opener) bool { return checkpoints(s, o) || restores(s, o) }},
	{[]history.Kind{history.Look}, func(_ Store, o *Opener) bool { return o.OpenReadOnly != nil }},
	{[]history.Kind{history.TruncateFront}, offer[appendlog.FrontTruncater]},
	{[]history.Kind{history.TruncateBack}, offer[appendlog.BackTruncater]},
	{[]history.Kind{history.Put}, func(s Store, _ *Opener) bool {
		l, isLog := LogOf(s)
		return !isLog || appendlog.HasValues(l)
	}},
}

func offer[T any](s Store, _ *Opener) bool {
	_, ok := Offers[T](s)
	return ok
}

func checkpoints(s Store, o *Opener) bool { return offer[Checkpointer](s, o) && o.OpenReadOnly != nil }

func restores(s Store, o *Opener) bool {
	return offer[Backuper](s, o) && o.OpenReadOnly != nil && o.Restore != nil
}

// lacking returns the kinds of operations that a store does not offer. It is never nil.
func lacking(s Store, o *Opener) []history.Kind {
	kinds := []history.Kind{}
	for _, entry := range optional {
		if !entry.offered(s, o) {
			kinds = append(kinds, entry.kinds...)
		}
	}
	slices.Sort(kinds)
	return kinds
}
