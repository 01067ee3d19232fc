package coordinator_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/fleet/broker"
	"github.com/lightningdb/lightning-torture/workloads/fleet/coordinator"
	"github.com/lightningdb/lightning-torture/workloads/fleet/wire"
	"github.com/lightningdb/lightning-torture/workloads/fleet/worker"
	"github.com/lightningdb/lightning-torture/workloads/soak"
	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/targets/soakledger"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// patience is the timeout of waits that end by themselves unless something is broken.
const patience = 2 * time.Minute

var own = wire.Build{ID: "aaaa", Version: "1"}

// fleet is a coordinator and a broker, both in this process.
type fleet struct {
	t        *testing.T
	dir      string
	conn     *nats.Conn
	subjects wire.Subjects
	spec     *campaign.Spec
	counted  chan *ledger.Cell
	ended    chan error
	lease    time.Duration
}

// start starts a coordinator whose ledger already holds the given events, as if an earlier one had been killed after them.
func start(t *testing.T, laps int, left ...*ledger.Event) *fleet {
	t.Helper()
	f := &fleet{t: t, dir: filepath.Join(t.TempDir(), "fleet"), counted: make(chan *ledger.Cell, 1024), ended: make(chan error, 1), lease: time.Second}
	f.spec = &campaign.Spec{Version: 1, Engine: "soak-ledger", Workloads: []string{"register"}, Faults: []string{"power", "killed"}, Seed: 1}
	var err error
	f.subjects, err = wire.SubjectsOf(wire.DefaultFleet)
	require.NoError(t, err)
	require.NoError(t, f.spec.Save(afero.NewOsFs(), f.dir))
	journal, err := campaign.OpenJournal(afero.NewOsFs(), f.dir, nil)
	require.NoError(t, err)
	for _, e := range left {
		require.NoError(t, journal.Add(e))
	}
	require.NoError(t, journal.Close())
	c, err := coordinator.Resume(coordinator.Options{
		Dir: f.dir, Targets: []torture.Target{soakledger.Target()}, Build: own, Laps: laps, Lease: f.lease, Tick: 50 * time.Millisecond,
		Watch: func(e *ledger.Event) {
			if e.Cell != nil {
				f.counted <- e.Cell
			}
		},
	})
	require.NoError(t, err)
	s, err := broker.Start("127.0.0.1:0", filepath.Join(f.dir, "queue"), broker.Files{})
	require.NoError(t, err)
	f.conn, err = s.Connect()
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan struct{})
	go func() {
		f.ended <- c.Run(ctx, f.conn)
		close(over)
	}()
	t.Cleanup(func() {
		cancel()
		<-over
		require.NoError(t, c.Close())
		f.conn.Close()
		require.NoError(t, s.Close())
	})
	f.hello() // the coordinator answers from now on
	return f
}

// hello waits for the coordinator.
func (f *fleet) hello() *wire.Welcome {
	f.t.Helper()
	w := &wire.Welcome{}
	require.Eventually(f.t, func() bool {
		m, err := f.conn.Request(f.subjects.Hello(), f.encode(&wire.Hello{Protocol: wire.Protocol, Worker: "w", Build: own}), patience)
		return err == nil && wire.Decode(m.Data, w) == nil
	}, patience, 10*time.Millisecond)
	return w
}

// leave says that the worker of hello ends.
func (f *fleet) leave() {
	f.t.Helper()
	require.NoError(f.t, f.conn.Publish(f.subjects.Hello(), f.encode(&wire.Hello{Protocol: wire.Protocol, Worker: "w", Build: own, Leaving: true})))
}

func (f *fleet) encode(m any) []byte {
	f.t.Helper()
	text, err := wire.Encode(m)
	require.NoError(f.t, err)
	return text
}

// deliver sends a result.
func (f *fleet) deliver(text []byte) wire.Receipt {
	f.t.Helper()
	m, err := f.conn.Request(f.subjects.Result(), text, patience)
	require.NoError(f.t, err)
	r := wire.Receipt{}
	require.NoError(f.t, wire.Decode(m.Data, &r))
	return r
}

// result returns the result of a cell that passed.
func result(spec *campaign.Spec, lap, cell int) *wire.Result {
	return &wire.Result{
		Worker: "w", Campaign: spec.Name(), Build: own, Canary: &ledger.Canary{Lap: lap, Caught: true},
		Cell: &ledger.Cell{Lap: lap, Cell: cell, Workload: "register", Fault: spec.Faults[cell], Seed: spec.Options(lap).Seed, Outcome: ledger.Passed, Images: 1},
	}
}

// doer is a fake worker that runs cells without a lab.
type doer struct{}

func (doer) Do(_ context.Context, spec *campaign.Spec, item *wire.Item, _ bool) (*wire.Result, error) {
	return result(spec, item.Lap, item.Cell), nil
}
func (doer) File(string) string { return "" }

func TestAResultThatIsDeliveredTwiceCountsOnce(t *testing.T) {
	t.Parallel()
	f := start(t, 2)
	text := f.encode(result(f.spec, 0, 1))
	require.Zero(t, f.deliver(text))
	require.Zero(t, f.deliver(text))
	book, err := campaign.Read(afero.NewOsFs(), f.dir, nil)
	require.NoError(t, err)
	require.Equal(t, 1, book.Totals.Cells)
	require.Equal(t, 1, book.Totals.Images)
}

func TestResultsThatDoNotFitThePlanAreRefused(t *testing.T) {
	t.Parallel()
	f := start(t, 2)
	for name, c := range map[string]struct {
		change func(*wire.Result)
		says   string
	}{
		"another build":       {func(r *wire.Result) { r.Build.ID = "bbbb" }, "the worker is build bbbb (version 1), but the coordinator is build aaaa (version 1)"},
		"another campaign":    {func(r *wire.Result) { r.Campaign = "other" }, "works on campaign other, but the coordinator runs campaign " + f.spec.Name()},
		"another seed":        {func(r *wire.Result) { r.Cell.Seed++ }, "has seed"},
		"another cell":        {func(r *wire.Result) { r.Cell.Fault = "eio" }, "has no cell 0"},
		"no such cell":        {func(r *wire.Result) { r.Cell.Cell = 99 }, "has no cell 99"},
		"a lap that is over":  {func(r *wire.Result) { r.Cell.Lap, r.Canary.Lap = 2, 2 }, "is not planned"},
		"no canary":           {func(r *wire.Result) { r.Canary = nil }, "has no canary"},
		"a negative cell":     {func(r *wire.Result) { r.Cell.Cell = -1 }, "out of range"},
		"a negative count":    {func(r *wire.Result) { r.Cell.Images = -1 }, "count of -1"},
		"an outcome":          {func(r *wire.Result) { r.Cell.Outcome = "great" }, "outcome"},
		"a path as a finding": {func(r *wire.Result) { r.Evidence = []wire.Evidence{{ID: "../../etc"}} }, "../../etc"},
	} {
		r := result(f.spec, 0, 0)
		c.change(r)
		require.Contains(t, f.deliver(f.encode(r)).Refused, c.says, name)
	}
	for name, text := range map[string]string{
		"nothing": "", "no JSON": "hello", "too deep": `{"cell":` + string(bytes.Repeat([]byte("["), 100)), "too many": `{"cell":{"reasons":[` + string(bytes.Repeat([]byte(`"",`), 20000)) + `""]}}`,
	} {
		require.Contains(t, f.deliver([]byte(text)).Refused, "invalid message", name)
	}
	require.Empty(t, f.counted)
	m, err := f.conn.Request(f.subjects.Hello(), f.encode(&wire.Hello{Protocol: wire.Protocol, Worker: "w", Build: wire.Build{ID: "bbbb", Version: "1"}}), patience)
	require.NoError(t, err)
	w := &wire.Welcome{}
	require.NoError(t, wire.Decode(m.Data, w))
	require.Contains(t, w.Refused, "start the worker from the coordinator's binary")
}

func TestEvidenceThatDoesNotMatchItsDigestIsSentAgain(t *testing.T) {
	t.Parallel()
	f := start(t, 2)
	js, err := jetstream.New(f.conn)
	require.NoError(t, err)
	bucket, err := js.ObjectStore(t.Context(), f.hello().Stream)
	require.NoError(t, err)
	right := bytes.Repeat([]byte("evidence"), 50<<10)
	sum := sha256.Sum256(right)
	r := result(f.spec, 0, 0)
	r.Cell.Findings = []ledger.Sighting{{ID: "0123456789", Judge: "durability", Class: "lost", Sentence: "lost", Count: 1, File: "/etc/passwd"}}
	r.Evidence = []wire.Evidence{{ID: "0123456789", SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(right))}}
	file := filepath.Join(f.dir, "findings", "0123456789.ltrace")

	require.NotEmpty(t, f.deliver(f.encode(r)).Again, "the object is missing")
	_, err = bucket.PutBytes(t.Context(), r.Evidence[0].SHA256, append(right[:len(right)-1:len(right)-1], 'x'))
	require.NoError(t, err)
	require.Contains(t, f.deliver(f.encode(r)).Again, "does not match its digest")
	require.NoFileExists(t, file)
	require.Empty(t, f.counted)
	_, err = bucket.PutBytes(t.Context(), r.Evidence[0].SHA256, right)
	require.NoError(t, err)
	require.Zero(t, f.deliver(f.encode(r)))
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, right, kept)
	require.Equal(t, "findings/0123456789.ltrace", (<-f.counted).Findings[0].File, "the coordinator names the file, not the worker")
}

func TestAWorkerThatIsBlindEndsTheCampaign(t *testing.T) {
	t.Parallel()
	f := start(t, 2)
	require.Contains(t, f.deliver(f.encode(&wire.Result{Worker: "w", Campaign: f.spec.Name(), Build: own, Canary: &ledger.Canary{Reason: "it has no eyes"}})).Refused, "no eyes")
	require.ErrorIs(t, <-f.ended, soak.ErrBlind)
	now, err := soak.Read(f.dir, time.Time{})
	require.NoError(t, err)
	require.Equal(t, soak.Blind, now.Verdict)
}

// A queue that is deleted while the fleet works is rebuilt from the ledger.
func TestTheQueueMayBeDeletedAtAnyMoment(t *testing.T) {
	t.Parallel()
	f := start(t, 20)
	js, err := jetstream.New(f.conn)
	require.NoError(t, err)
	worked := make(chan error, 1)
	go func() {
		worked <- worker.Run(context.Background(), f.conn, worker.Options{Name: "w", Build: own, Doer: doer{}, Patience: patience})
	}()
	for n := 1; n <= 40; n++ {
		<-f.counted
		if n%10 == 5 {
			for name := range js.StreamNames(t.Context()).Name() {
				if err := js.DeleteStream(t.Context(), name); !errors.Is(err, jetstream.ErrStreamNotFound) { // the coordinator gives up broken ones itself
					require.NoError(t, err)
				}
			}
		}
	}
	require.NoError(t, <-worked, "the worker hears that all laps are done")
	require.NoError(t, <-f.ended)
	now, err := soak.Read(f.dir, time.Time{})
	require.NoError(t, err)
	require.Equal(t, 40, now.Totals.Cells)
	require.Equal(t, soak.Pass, now.Verdict, "%v", now.Reasons)
}

func TestALapWhoseCellsAreAllCountedIsCompletedAfterAKill(t *testing.T) {
	t.Parallel()
	spec := &campaign.Spec{Version: 1, Engine: "soak-ledger", Workloads: []string{"register"}, Faults: []string{"power", "killed"}, Seed: 1}
	first, last := result(spec, 0, 0), result(spec, 0, 1)
	f := start(t, 1, &ledger.Event{Start: &ledger.Start{Campaign: spec.Name()}}, &ledger.Event{Canary: first.Canary},
		&ledger.Event{Cell: first.Cell}, &ledger.Event{Cell: last.Cell})
	require.Equal(t, "all laps are done", f.hello().Over)
	f.leave()
	require.NoError(t, <-f.ended)
}

// A worker that was stopped for a while, or whose machine is busy, must not wait in vain for another coordinator.
func TestAWorkerThatWasSilentAtTheEndHearsThatItIsOver(t *testing.T) {
	t.Parallel()
	f := start(t, 1) // its worker has said hello, and will say nothing for longer than its lease
	for cell := range 2 {
		require.Zero(t, f.deliver(f.encode(result(f.spec, 0, cell))))
	}
	require.Eventually(t, func() bool {
		m, err := f.conn.Request(f.subjects.Status(), nil, patience)
		s := &coordinator.Status{}
		return err == nil && wire.Decode(m.Data, s) == nil && s.Cells == 2 && len(s.Workers) == 0
	}, patience, 10*time.Millisecond)
	for range 20 { // several of the coordinator's rounds, on most machines
		m, err := f.conn.Request(f.subjects.Status(), nil, patience)
		require.NoError(t, err, "the coordinator has ended")
		require.NotEmpty(t, m.Data)
		<-time.NewTimer(f.lease / 10).C
	}
	require.Equal(t, "all laps are done", f.hello().Over)
	f.leave()
	require.NoError(t, <-f.ended)
}

func TestADrainedFleetResumesWhereItStopped(t *testing.T) {
	t.Parallel()
	f := start(t, 0)
	worked := make(chan error, 1)
	go func() {
		worked <- worker.Run(context.Background(), f.conn, worker.Options{Name: "w", Build: own, Doer: doer{}, Patience: patience})
	}()
	for range 5 {
		<-f.counted
	}
	m, err := f.conn.Request(f.subjects.Drain(), nil, patience)
	require.NoError(t, err)
	s := &coordinator.Status{}
	require.NoError(t, wire.Decode(m.Data, s))
	require.True(t, s.Draining)
	require.GreaterOrEqual(t, s.Cells, 5)
	require.NoError(t, <-worked)
	require.NoError(t, <-f.ended)
	book, err := campaign.Read(afero.NewOsFs(), f.dir, nil)
	require.NoError(t, err)
	require.Equal(t, "the fleet is being drained", book.Stopped)
	require.Equal(t, f.spec.Name(), book.Started.Campaign)
}
