package worker_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/fleet/broker"
	"github.com/lightningdb/lightning-torture/workloads/fleet/wire"
	"github.com/lightningdb/lightning-torture/workloads/fleet/worker"
	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
)

// patience is the timeout of waits that end by themselves unless something is broken.
const patience = 2 * time.Minute

var spec = &campaign.Spec{Version: 1, Engine: "fake", Seed: 1}

// desk is a fake coordinator. Its fields may be set before the worker starts.
type desk struct {
	t        *testing.T
	conn     *nats.Conn
	js       jetstream.JetStream
	subjects wire.Subjects
	queue    wire.Queue
	consumer jetstream.Consumer
	lease    time.Duration

	welcome func(*wire.Hello, *wire.Welcome) // changes the answer to a hello
	receipt func(*wire.Result) *wire.Receipt // answers a result; nil means no answer

	mu      sync.Mutex
	hellos  []wire.Hello
	results []wire.Result
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	s, err := broker.Start("127.0.0.1:0", t.TempDir(), broker.Files{})
	require.NoError(t, err)
	d := &desk{t: t, lease: 300 * time.Millisecond, queue: wire.Queue{Campaign: spec.Name()}}
	d.conn, err = s.Connect()
	require.NoError(t, err)
	t.Cleanup(func() {
		d.conn.Close()
		require.NoError(t, s.Close())
	})
	d.subjects, err = wire.SubjectsOf(wire.DefaultFleet)
	require.NoError(t, err)
	d.js, err = jetstream.New(d.conn)
	require.NoError(t, err)
	stream, err := d.js.CreateStream(t.Context(), jetstream.StreamConfig{
		Name: d.subjects.Stream(d.queue), Subjects: []string{d.subjects.AllWork(d.queue)}, Retention: jetstream.WorkQueuePolicy,
	})
	require.NoError(t, err)
	d.consumer, err = stream.CreateConsumer(t.Context(), jetstream.ConsumerConfig{
		Durable: wire.Consumer, AckPolicy: jetstream.AckExplicitPolicy, AckWait: time.Hour, MaxDeliver: -1, // nothing comes back unless a worker gives it back
	})
	require.NoError(t, err)
	_, err = d.js.CreateObjectStore(t.Context(), jetstream.ObjectStoreConfig{Bucket: d.subjects.Stream(d.queue)})
	require.NoError(t, err)
	d.answer(d.subjects.Hello(), d.hello)
	d.answer(d.subjects.Result(), d.result)
	return d
}

// answer subscribes to requests. A nil answer is none.
func (d *desk) answer(subject string, to func([]byte) any) {
	d.t.Helper()
	_, err := d.conn.Subscribe(subject, func(m *nats.Msg) {
		what := to(m.Data)
		if what == nil || m.Reply == "" {
			return
		}
		text, err := wire.Encode(what)
		if err == nil {
			err = m.Respond(text)
		}
		if err != nil && !d.conn.IsClosed() { // a worker's last question may come while the test ends
			panic(err)
		}
	})
	require.NoError(d.t, err)
}

func (d *desk) hello(text []byte) any {
	h := &wire.Hello{}
	if err := wire.Decode(text, h); err != nil {
		panic(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hellos = append(d.hellos, *h)
	w := &wire.Welcome{Campaign: spec.Name(), Spec: spec, Stream: d.subjects.Stream(d.queue), Lease: d.lease, Wait: 50 * time.Millisecond}
	if d.welcome != nil {
		d.welcome(h, w)
	}
	return w
}

func (d *desk) result(text []byte) any {
	r := &wire.Result{}
	if err := wire.Decode(text, r); err != nil {
		panic(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.results = append(d.results, *r)
	if d.receipt == nil {
		return &wire.Receipt{}
	}
	if answer := d.receipt(r); answer != nil {
		return answer
	}
	return nil
}

// put puts items into the queue.
func (d *desk) put(texts ...string) {
	d.t.Helper()
	for i, text := range texts {
		_, err := d.js.Publish(d.t.Context(), d.subjects.Work(d.queue, 0, i), []byte(text))
		require.NoError(d.t, err)
	}
}

// overAfter ends the work after n results.
func (d *desk) overAfter(n int) {
	d.welcome = func(_ *wire.Hello, w *wire.Welcome) {
		if len(d.results) >= n {
			*w = wire.Welcome{Over: "all laps are done"}
		}
	}
}

// taken returns how many items are with a worker.
func (d *desk) taken() int {
	d.t.Helper()
	info, err := d.consumer.Info(d.t.Context())
	require.NoError(d.t, err)
	return info.NumAckPending
}

// allSettled waits until no item is left, because acknowledgements are not answered.
func (d *desk) allSettled() {
	d.t.Helper()
	require.Eventually(d.t, func() bool {
		info, err := d.consumer.Info(d.t.Context())
		return err == nil && info.NumPending == 0 && info.NumAckPending == 0
	}, patience, time.Millisecond, "every item is acknowledged")
}

func encoded(t *testing.T, i *wire.Item) string {
	t.Helper()
	text, err := wire.Encode(i)
	require.NoError(t, err)
	return string(text)
}

func cell(n int) *wire.Item {
	return &wire.Item{Campaign: spec.Name(), Place: wire.Place{Cell: n}, Of: 9}
}

// doer is a fake lab.
type doer struct {
	do    func(ctx context.Context, item *wire.Item) error
	files map[string]string
	tried []bool // whether it was asked for a canary
}

func (d *doer) Do(ctx context.Context, _ *campaign.Spec, item *wire.Item, canary bool) (*wire.Result, error) {
	d.tried = append(d.tried, canary)
	c := &ledger.Cell{Lap: item.Lap, Cell: item.Cell, Outcome: ledger.Passed}
	for id := range d.files {
		c.Findings = append(c.Findings, ledger.Sighting{ID: id})
	}
	r := &wire.Result{Cell: c}
	if canary {
		r.Canary = &ledger.Canary{Lap: item.Lap, Caught: true}
	}
	if d.do != nil {
		return r, d.do(ctx, item)
	}
	return r, nil
}

func (d *doer) File(id string) string { return d.files[id] }

func (d *desk) run(ctx context.Context, with worker.Doer) error {
	return worker.Run(ctx, d.conn, worker.Options{Name: "w", Build: wire.Build{ID: "b", Version: "1"}, Doer: with, Patience: patience})
}

func TestAWorkerRunsItemsUntilItHearsThatThereAreNone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.put(encoded(t, cell(0)), encoded(t, cell(1)), encoded(t, cell(2)))
	d.overAfter(3)
	lab := &doer{}
	require.NoError(t, d.run(t.Context(), lab))
	d.allSettled()
	require.Equal(t, []bool{true, false, false}, lab.tried, "one canary in a lap")
	require.Len(t, d.results, 3)
	for i, r := range d.results {
		require.Equal(t, i, r.Cell.Cell)
		require.Equal(t, "w", r.Worker)
		require.Equal(t, spec.Name(), r.Campaign)
		require.Equal(t, "b", r.Build.ID)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	require.Empty(t, d.hellos[0].Campaign, "it does not know the campaign yet")
	doing := 0
	for _, h := range d.hellos {
		if h.Doing != nil {
			doing++
			require.Equal(t, spec.Name(), h.Campaign)
		}
	}
	require.Positive(t, doing)
}

// W1: neither silence nor a request to deliver again ends the delivery, and only a receipt settles the item.
func TestAResultIsDeliveredUntilThereIsAReceipt(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	name := filepath.Join(t.TempDir(), "evidence")
	require.NoError(t, os.WriteFile(name, []byte("a trace"), 0o600))
	d.put(encoded(t, cell(0)))
	d.overAfter(3)
	taken := make(chan int, 3)
	d.receipt = func(r *wire.Result) *wire.Receipt {
		taken <- d.taken()
		if len(d.results) < 3 {
			if err := d.evidence().Delete(context.Background(), r.Evidence[0].SHA256); err != nil {
				panic(err)
			}
			return &wire.Receipt{Again: "the object is damaged"}
		}
		return &wire.Receipt{}
	}
	require.NoError(t, d.run(t.Context(), &doer{files: map[string]string{"0123456789": name}}))
	for range 3 {
		require.Equal(t, 1, <-taken, "the item stays with the worker until there is a receipt")
	}
	d.allSettled()
	for _, r := range d.results {
		require.Equal(t, d.results[0], r, "the same result each time")
	}
	e := d.results[2].Evidence[0]
	kept, err := d.evidence().GetBytes(t.Context(), e.SHA256)
	require.NoError(t, err, "the evidence is uploaded again each time")
	require.Equal(t, "a trace", string(kept))
	require.Equal(t, int64(7), e.Bytes)
}

// evidence returns the bucket with the evidence.
func (d *desk) evidence() jetstream.ObjectStore {
	bucket, err := d.js.ObjectStore(context.Background(), d.subjects.Stream(d.queue))
	if err != nil {
		panic(err)
	}
	return bucket
}

func TestARefusedWorkerEnds(t *testing.T) {
	t.Parallel()
	working := make(chan struct{})
	for name, c := range map[string]struct {
		prepare func(*desk)
		do      func(context.Context, *wire.Item) error
		results int
	}{
		"when it says hello": {func(d *desk) {
			d.welcome = func(_ *wire.Hello, w *wire.Welcome) { *w = wire.Welcome{Refused: "another build"} }
		}, nil, 0},
		"while it works": {func(d *desk) {
			d.welcome = func(h *wire.Hello, w *wire.Welcome) {
				select {
				case <-working:
					if h.Doing != nil {
						*w = wire.Welcome{Refused: "another build"}
					}
				default:
				}
			}
		}, func(ctx context.Context, _ *wire.Item) error {
			close(working)
			<-ctx.Done() // the refusal ends the cell
			return nil
		}, 0},
		"when it delivers": {func(d *desk) {
			d.receipt = func(*wire.Result) *wire.Receipt { return &wire.Receipt{Refused: "another build"} }
		}, nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			c.prepare(d)
			d.put(encoded(t, cell(0)))
			err := d.run(t.Context(), &doer{do: c.do})
			require.ErrorIs(t, err, worker.ErrRefused)
			require.ErrorContains(t, err, "another build")
			require.Len(t, d.results, c.results)
			d.givenBack(t)
		})
	}
}

// givenBack takes the item that a worker has given back.
func (d *desk) givenBack(t *testing.T) {
	t.Helper()
	batch, err := d.consumer.Fetch(1, jetstream.FetchMaxWait(patience))
	require.NoError(t, err)
	require.NotNil(t, <-batch.Messages(), "another worker gets the item")
}

// W2: a worker that is stopped delivers nothing, and gives its item back.
func TestAStoppedWorkerGivesItsItemBack(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.put(encoded(t, cell(0)))
	ctx, stop := context.WithCancel(t.Context())
	require.NoError(t, d.run(ctx, &doer{do: func(ctx context.Context, _ *wire.Item) error {
		stop()
		<-ctx.Done()
		return nil
	}}))
	require.Empty(t, d.results)
	d.givenBack(t)
	require.Eventually(t, func() bool { // hellos are handled by another goroutine
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.hellos[len(d.hellos)-1].Leaving
	}, patience, time.Millisecond, "it says goodbye")
}

// W3: a worker without a coordinator does not wait forever.
func TestAWorkerWithoutACoordinatorEnds(t *testing.T) {
	t.Parallel()
	s, err := broker.Start("127.0.0.1:0", t.TempDir(), broker.Files{})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	conn, err := s.Connect()
	require.NoError(t, err)
	defer conn.Close()
	err = worker.Run(t.Context(), conn, worker.Options{Name: "w", Doer: &doer{}, Patience: 10 * time.Millisecond})
	require.ErrorIs(t, err, worker.ErrAlone)
	require.ErrorContains(t, err, "is fleet serve running")
}

func TestUselessItemsAreDropped(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	foreign := cell(3)
	foreign.Campaign = "another"
	d.put("no JSON", `{"lap":-1}`, encoded(t, foreign), encoded(t, &wire.Item{Campaign: spec.Name(), Place: wire.Place{Cell: 9}, Of: 9}),
		strings.Repeat("[", 1000), encoded(t, cell(5)))
	d.overAfter(1)
	require.NoError(t, d.run(t.Context(), &doer{}))
	require.Len(t, d.results, 1)
	require.Equal(t, 5, d.results[0].Cell.Cell)
	d.allSettled()
}

func TestAnErrorOfTheLabEndsTheWorker(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.put(encoded(t, cell(0)))
	noDisk := errors.New("no disk")
	require.ErrorIs(t, d.run(t.Context(), &doer{do: func(context.Context, *wire.Item) error { return noDisk }}), noDisk)
	require.Empty(t, d.results)
	d.givenBack(t)
}
