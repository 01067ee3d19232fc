package soak

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/soak/supervisor"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Options say how a soak runs. They do not change what a cell does, so each start may have its own.
type Options struct {
	Dir     string
	Targets []torture.Target // the spec names one of them
	Args    []string         // arguments of this binary that make it a child: it then calls lap.Worker
	Build   string           // identifies this binary
	Commit  string           // of its source; empty: nobody knows

	For     time.Duration // how long this start goes on; 0: until it is stopped
	Laps    int           // stop after so many laps of the campaign; 0: do not
	Memory  int64         // bytes that a child may use; 0: DefaultMemory
	Keep    int64         // bytes of evidence; 0: DefaultKeep
	Workers int           // crash points explored at once; 0: one per CPU
	Shard   ledger.Shard
	Sample  time.Duration // between two measurements; 0: a minute, less if For is short
	Stuck   supervisor.Limits

	Stderr io.Writer         // what children print; nil: nowhere
	Log    func(text string) // one line for each thing that a person wants to know; nil: nobody does
	Now    func() time.Time  // nil: the host's clock
	Watch  func(*Status)     // called after each event, by one goroutine at a time; nil: nobody
	// Event is called with every event of the ledger once it is durable, in order: with those of earlier starts when the soak is
	// opened. It must not call the soak, and must not keep the event. nil: nobody wants to know.
	Event func(*ledger.Event)
}

// The defaults.
const (
	DefaultMemory = 2 << 30
	DefaultKeep   = 4 << 30
)

const (
	findingsDir = "findings"
	knownFile   = "known.json"
)

// Soak is a campaign that is open in this process, which has locked its directory.
type Soak struct {
	opts   Options
	spec   campaign.Spec
	target torture.Target
	lock   io.Closer
	began  time.Time

	mu struct {
		sync.Mutex
		journal *campaign.Journal
		known   ledger.Known
		figures map[string]float64
		missing map[string]string
		trends  trends
		slopes  []Slope // of the trends, at the last sample
		life    rate
		running bool
		lap     int
		cell    int
		cells   int
		doing   string
	}
}

// Begin makes the directory of a new campaign and opens it. Errors are campaign.ErrSpec if it has one, campaign.ErrLocked,
// torture.ErrConfig for a spec that asks for what there is not, and torture.ErrHost.
func Begin(spec *campaign.Spec, o Options) (*Soak, error) {
	target, err := targetOf(spec, o.Targets)
	if err != nil {
		return nil, err
	}
	if _, err := spec.Cells(target, 0); err != nil {
		return nil, err
	}
	disk := afero.NewOsFs()
	if err := spec.Save(disk, filepath.Clean(o.Dir)); err != nil {
		return nil, host(err)
	}
	return Resume(o)
}

// Resume opens the campaign in a directory. Errors are campaign.ErrSpec, campaign.ErrLocked, ledger.ErrDamaged,
// torture.ErrConfig and torture.ErrHost.
func Resume(o Options) (*Soak, error) {
	o = o.withDefaults()
	disk := afero.NewOsFs()
	spec, err := campaign.Load(disk, o.Dir)
	if err != nil {
		return nil, host(err)
	}
	s := &Soak{opts: o, spec: *spec, began: o.Now()}
	if s.target, err = targetOf(spec, o.Targets); err != nil {
		return nil, err
	}
	if s.lock, err = campaign.Lock(o.Dir); err != nil {
		return nil, host(err)
	}
	if err := s.open(disk); err != nil {
		return nil, errors.Join(host(err), s.lock.Close())
	}
	return s, nil
}

func (s *Soak) open(disk afero.Fs) (err error) {
	if s.mu.known, err = ledger.ReadKnown(disk, filepath.Join(s.opts.Dir, knownFile)); err != nil {
		return fmt.Errorf("%w: %w", torture.ErrConfig, err)
	}
	s.mu.figures, s.mu.missing, s.mu.trends = map[string]float64{}, map[string]string{}, trends{}
	s.mu.journal, err = campaign.OpenJournal(disk, s.opts.Dir, func(e *ledger.Event) error {
		s.opts.Event(e)
		return nil
	})
	if err != nil {
		return err
	}
	if name := s.mu.journal.Book.Started.Campaign; name != "" && name != s.spec.Name() {
		return errors.Join(fmt.Errorf("%w: the ledger in %s is that of %s, and spec.json that of %s", ledger.ErrCampaign, s.opts.Dir, name, s.spec.Name()),
			s.mu.journal.Close())
	}
	s.mu.lap = s.mu.journal.Book.Next()
	return nil
}

func (o Options) withDefaults() Options {
	o.Dir = filepath.Clean(o.Dir)
	o.Memory, o.Keep = cmp.Or(o.Memory, DefaultMemory), cmp.Or(o.Keep, DefaultKeep)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = func(string) {}
	}
	if o.Event == nil {
		o.Event = func(*ledger.Event) {}
	}
	if o.Sample == 0 {
		o.Sample = time.Minute
		if o.For > 0 {
			o.Sample = min(time.Minute, max(time.Second, o.For/samplesOfFor))
		}
	}
	return o
}

// samplesOfFor is how many samples a soak takes that is too short for one a minute.
const samplesOfFor = 60

// targetOf returns the target of a spec. The error is torture.ErrConfig.
func targetOf(spec *campaign.Spec, targets []torture.Target) (torture.Target, error) {
	for _, t := range targets {
		if t.Name == spec.Engine {
			return t, nil
		}
	}
	return torture.Target{}, fmt.Errorf("%w: this binary has no engine %q", torture.ErrConfig, spec.Engine)
}

// host says that the host is at fault, unless an error says something else.
func host(err error) error {
	for _, other := range []error{torture.ErrConfig, campaign.ErrSpec, campaign.ErrLocked, ledger.ErrDamaged, ledger.ErrCampaign} {
		if errors.Is(err, other) {
			return err
		}
	}
	return fmt.Errorf("%w: %w", torture.ErrHost, err)
}

// Close releases the directory. Everything is durable already.
func (s *Soak) Close() error { return errors.Join(s.mu.journal.Close(), s.lock.Close()) }

// add appends an event and tells whoever watches.
func (s *Soak) add(e *ledger.Event) error {
	s.mu.Lock()
	e.Time = s.opts.Now().UTC()
	err := s.mu.journal.Add(e)
	if err == nil {
		s.opts.Event(e)
	}
	var now Status
	if err == nil && s.opts.Watch != nil {
		now = s.status()
	}
	s.mu.Unlock()
	if err != nil {
		return host(err)
	}
	if s.opts.Watch != nil {
		s.opts.Watch(&now)
	}
	return nil
}

// book calls look with the book, which look must not keep.
func (s *Soak) book(look func(*ledger.Book)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	look(&s.mu.journal.Book)
}

// say sets what is going on.
func (s *Soak) say(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.doing = fmt.Sprintf(format, args...)
}
