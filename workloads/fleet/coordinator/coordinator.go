package coordinator

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/workloads/fleet/wire"
	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Options configure how a campaign is shared. They do not affect what a cell does, so they may differ from one start to the next.
type Options struct {
	Dir     string           // directory of the campaign
	Fleet   string           // name of the fleet, if several share a broker; wire.DefaultFleet by default
	Targets []torture.Target // the engines; the spec names one of them
	Build   wire.Build       // build of this binary; workers must have the same

	Laps   int           // stop after this many laps of the campaign; 0 means no limit
	Window int           // cells in the queue, at least twice the number of workers; DefaultWindow by default
	Lease  time.Duration // how long a cell belongs to a worker that does not renew it; DefaultLease by default
	// Farewell is how long the coordinator waits at the end for workers that have fallen silent, to tell them that it is
	// over. Otherwise they would wait for another coordinator. DefaultFarewell by default.
	Farewell time.Duration
	Tick     time.Duration // time between two checks of the queue; DefaultTick by default
	Keep     int64         // bytes of evidence to keep; DefaultKeep by default

	Log   func(text string)   // receives progress for people, a line at a time; may be nil
	Watch func(*ledger.Event) // is called after each event in the ledger; may be nil
	Now   func() time.Time    // nil means the host's clock
}

// The defaults.
const (
	DefaultWindow   = 256
	DefaultLease    = time.Minute
	DefaultFarewell = 5 * time.Minute
	DefaultTick     = 15 * time.Second
	DefaultKeep     = 4 << 30
)

const (
	findingsDir = "findings"
	knownFile   = "known.json"
)

// Coordinator is a campaign opened by this process, which holds the lock of its directory.
type Coordinator struct {
	opts     Options
	spec     campaign.Spec
	target   torture.Target
	subjects wire.Subjects
	lock     io.Closer
	wake     chan struct{} // asks work to check the queue
	failed   chan error    // the error that ends the campaign

	mu struct {
		sync.Mutex
		journal  *campaign.Journal
		known    ledger.Known
		cells    map[int][]torture.Cell // cells of recent laps
		workers  map[string]*seen       // by name, those heard from within the last lease
		silent   map[string]time.Time   // when the others were last heard from, for Farewell
		queue    wire.Queue
		moved    time.Time // when there was last any sign of progress; see stuck
		queued   int       // number of items at the last check
		draining bool      // hand out no further items
	}
}

// Begin creates the directory of a new campaign and opens it. Errors are campaign.ErrSpec if it already has one, and those of
// Resume.
func Begin(spec *campaign.Spec, o Options) (*Coordinator, error) {
	target, err := targetOf(spec, o.Targets)
	if err != nil {
		return nil, err
	}
	if _, err := spec.Cells(target, 0); err != nil {
		return nil, err
	}
	if spec.LifeBytes != 0 {
		return nil, fmt.Errorf("%w: a fleet has no long-lived store; begin a soak for that", torture.ErrConfig)
	}
	if err := spec.Save(afero.NewOsFs(), filepath.Clean(o.Dir)); err != nil {
		return nil, err
	}
	return Resume(o)
}

// Resume opens the campaign in a directory. Errors are campaign.ErrSpec, campaign.ErrLocked, ledger.ErrDamaged, ledger.ErrCampaign,
// torture.ErrConfig and those of the filesystem.
func Resume(o Options) (*Coordinator, error) {
	o.ensureDefaults()
	disk := afero.NewOsFs()
	spec, err := campaign.Load(disk, o.Dir)
	if err != nil {
		return nil, err
	}
	c := &Coordinator{opts: o, spec: *spec, wake: make(chan struct{}, 1), failed: make(chan error, 1)}
	c.mu.queue.Campaign = spec.Name()
	c.mu.cells, c.mu.workers, c.mu.silent = map[int][]torture.Cell{}, map[string]*seen{}, map[string]time.Time{}
	if c.subjects, err = wire.SubjectsOf(o.Fleet); err != nil {
		return nil, fmt.Errorf("%w: %w", torture.ErrConfig, err)
	}
	if c.target, err = targetOf(spec, o.Targets); err != nil {
		return nil, err
	}
	if c.mu.known, err = ledger.ReadKnown(disk, filepath.Join(o.Dir, knownFile)); err != nil {
		return nil, fmt.Errorf("%w: %w", torture.ErrConfig, err)
	}
	if c.lock, err = campaign.Lock(o.Dir); err != nil {
		return nil, err
	}
	if err := c.open(disk); err != nil {
		return nil, errors.Join(err, c.lock.Close())
	}
	return c, nil
}

func (c *Coordinator) open(disk afero.Fs) (err error) {
	if c.mu.journal, err = campaign.OpenJournal(disk, c.opts.Dir, nil); err != nil {
		return err
	}
	if name := c.mu.journal.Book.Started.Campaign; name != "" && name != c.spec.Name() {
		return errors.Join(fmt.Errorf("%w: the ledger in %s belongs to campaign %s, but spec.json to %s", ledger.ErrCampaign, c.opts.Dir, name, c.spec.Name()),
			c.mu.journal.Close())
	}
	return nil
}

func (o *Options) ensureDefaults() {
	o.Dir = filepath.Clean(o.Dir)
	o.Fleet = cmp.Or(o.Fleet, wire.DefaultFleet)
	o.Window, o.Lease, o.Tick = cmp.Or(o.Window, DefaultWindow), cmp.Or(o.Lease, DefaultLease), cmp.Or(o.Tick, DefaultTick)
	o.Keep, o.Farewell = cmp.Or(o.Keep, DefaultKeep), cmp.Or(o.Farewell, DefaultFarewell)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = func(string) {}
	}
	if o.Watch == nil {
		o.Watch = func(*ledger.Event) {}
	}
}

func targetOf(spec *campaign.Spec, targets []torture.Target) (torture.Target, error) {
	for _, t := range targets {
		if t.Name == spec.Engine {
			return t, nil
		}
	}
	return torture.Target{}, fmt.Errorf("%w: this binary has no engine %q", torture.ErrConfig, spec.Engine)
}

// Close releases the directory. Everything is durable already.
func (c *Coordinator) Close() error { return errors.Join(c.mu.journal.Close(), c.lock.Close()) }

// add appends an event to the ledger, durably, and updates the totals. The caller holds c.mu.
func (c *Coordinator) add(e *ledger.Event) error {
	e.Time = c.opts.Now().UTC()
	if err := c.mu.journal.Add(e); err != nil {
		return err
	}
	c.opts.Watch(e)
	return nil
}

// fail ends the campaign. Only the first reason is kept.
func (c *Coordinator) fail(err error) {
	select {
	case c.failed <- err:
	default:
	}
}

// look asks for a check of the queue soon.
func (c *Coordinator) look() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}
