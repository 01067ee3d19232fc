package worker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/lightningdb/lightning-torture/workloads/fleet/wire"
	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
)

// Errors, by errors.Is.
var (
	// ErrRefused means that the coordinator has refused this worker; the text says why.
	ErrRefused = errors.New("fleet: refused")
	// ErrAlone means that the coordinator did not answer for Options.Patience. This also happens to a worker that was silent at the end for
	// longer than coordinator.Options.Farewell.
	ErrAlone = errors.New("fleet: no answer from a coordinator")
)

// Doer runs cells.
type Doer interface {
	// Do runs a cell, preceded by the canary of its lap if canary is set. The worker adds its identity and the evidence to the
	// result. An error ends the worker. Once ctx is done, the result is dropped.
	Do(ctx context.Context, spec *campaign.Spec, item *wire.Item, canary bool) (*wire.Result, error)
	// File returns the name of the file with a finding's evidence, or "" if there is none.
	File(id string) string
}

// Options configure a worker.
type Options struct {
	Name     string
	Fleet    string // wire.DefaultFleet by default
	Build    wire.Build
	Doer     Doer
	Patience time.Duration     // how long to wait for the coordinator; DefaultPatience by default
	Log      func(text string) // receives progress for people, a line at a time; may be nil
}

// DefaultPatience is long enough to restart the coordinator's machine.
const DefaultPatience = 30 * time.Minute

// callPatience is the timeout of one request, after which it is repeated.
const callPatience = 5 * time.Second

// pauseMax is the longest pause between two attempts.
const pauseMax = 2 * time.Second

// Worker works for one fleet.
type Worker struct {
	opts     Options
	subjects wire.Subjects
	conn     *nats.Conn
	js       jetstream.JetStream
	campaign string
	canaries map[int]bool // laps in which it has found the planted bug
}

// Run works until there is no more work or ctx is done, neither of which is an error. Errors are ErrRefused, ErrAlone and those of
// the Doer.
func Run(ctx context.Context, conn *nats.Conn, o Options) error {
	o.Patience = cmp.Or(o.Patience, DefaultPatience)
	if o.Log == nil {
		o.Log = func(string) {}
	}
	subjects, err := wire.SubjectsOf(cmp.Or(o.Fleet, wire.DefaultFleet))
	if err != nil {
		return err
	}
	js, err := jetstream.New(conn, jetstream.WithDefaultTimeout(callPatience))
	if err != nil {
		return err
	}
	w := &Worker{opts: o, subjects: subjects, conn: conn, js: js, canaries: map[int]bool{}}
	err = w.work(ctx)
	w.leave()
	if ctx.Err() != nil && !errors.Is(err, ErrRefused) {
		return nil
	}
	return err
}

// work runs one item after another.
func (w *Worker) work(ctx context.Context) error {
	for ctx.Err() == nil {
		welcome, err := w.ask(ctx)
		if err != nil {
			return err
		}
		if welcome.Over != "" {
			w.opts.Log("done: " + welcome.Over)
			return nil
		}
		w.campaign = welcome.Campaign
		m, err := w.take(ctx, welcome)
		if err != nil {
			w.opts.Log("taking an item: " + err.Error())
			pause(ctx, min(welcome.Wait, pauseMax))
			continue
		}
		if m == nil {
			continue
		}
		if err := w.do(ctx, welcome, m); err != nil {
			return err
		}
	}
	return nil
}

// ask says hello to the coordinator, retrying until there is an answer.
func (w *Worker) ask(ctx context.Context) (*wire.Welcome, error) {
	answer := &wire.Welcome{}
	if err := w.insist(ctx, w.subjects.Hello(), w.hello(nil), answer); err != nil {
		return nil, err
	}
	if answer.Refused != "" {
		return nil, fmt.Errorf("%w: %s", ErrRefused, answer.Refused)
	}
	return answer, nil
}

func (w *Worker) hello(doing *wire.Place) *wire.Hello {
	return &wire.Hello{Protocol: wire.Protocol, Worker: w.opts.Name, Campaign: w.campaign, Build: w.opts.Build, Doing: doing}
}

// leave tells the coordinator that the worker ends, if it can be reached.
func (w *Worker) leave() {
	h := w.hello(nil)
	h.Leaving = true
	if text, err := wire.Encode(h); err == nil && w.conn.IsConnected() {
		_ = errors.Join(w.conn.Publish(w.subjects.Hello(), text), w.conn.FlushTimeout(pauseMax)) // otherwise the coordinator notices when the lease ends
	}
}

// take returns the next item, or nil if there was none for a while.
func (w *Worker) take(ctx context.Context, welcome *wire.Welcome) (jetstream.Msg, error) {
	queue, err := w.js.Consumer(ctx, welcome.Stream, wire.Consumer)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithTimeout(ctx, 2*welcome.Wait)
	defer stop()
	batch, err := queue.Fetch(1, jetstream.FetchMaxWait(welcome.Wait))
	if err != nil {
		return nil, err
	}
	select {
	case m, open := <-batch.Messages():
		if !open {
			return nil, batch.Error()
		}
		return m, nil
	case <-ctx.Done(): // NB: if the consumer is deleted meanwhile, Fetch never ends by itself
		return nil, ctx.Err()
	}
}

// reply is an answer of the coordinator.
type reply interface{ Validate() error }

// insist repeats a request until there is an answer, for at most Options.Patience.
func (w *Worker) insist(ctx context.Context, subject string, what any, answer reply) error {
	text, err := wire.Encode(what)
	if err != nil {
		return err
	}
	patience, cancel := context.WithTimeout(ctx, w.opts.Patience)
	defer cancel()
	for wait := pauseMax / 16; ; wait = min(2*wait, pauseMax) {
		err := w.request(patience, subject, text, answer)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, wire.ErrMessage):
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case patience.Err() != nil:
			return fmt.Errorf("%w for %v: %w; is fleet serve running at this address, with these certificates and credentials?", ErrAlone, w.opts.Patience, err)
		}
		pause(patience, wait)
	}
}

func (w *Worker) request(ctx context.Context, subject string, text []byte, answer reply) error {
	ctx, cancel := context.WithTimeout(ctx, callPatience)
	defer cancel()
	m, err := w.conn.RequestWithContext(ctx, subject, text)
	if err != nil {
		if last := w.conn.LastError(); last != nil && !w.conn.IsConnected() {
			return last // it is more specific
		}
		return err
	}
	return wire.Decode(m.Data, answer)
}

// pause waits for d, or until ctx is done.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
