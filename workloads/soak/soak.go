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

// Options say how a soak runs. They do not affect what a cell does, so they may differ from one start to the next.
type Options struct {
	Dir     string
	Targets []torture.Target // the spec names one of them
	Args    []string         // arguments that make this binary a child, which calls lap.Worker
	Build   string           // identifies this binary
	Commit  string           // of the source of this binary; empty if unknown

	For     time.Duration // how long this start runs; 0 means until it is stopped
	Laps    int           // stop once the campaign has this many laps; 0 means never
	Memory  int64         // memory limit of a child in bytes; 0 means DefaultMemory
	Keep    int64         // budget of evidence in bytes; 0 means DefaultKeep
	Workers int           // crash points explored concurrently; 0 means one per CPU
	Shard   ledger.Shard
	Sample  time.Duration // interval between measurements; 0 means a minute, or less if For is short
	Stuck   supervisor.Limits

	Stderr io.Writer         // gets what children print; nil drops it
	Log    func(text string) // gets one line for every noteworthy event; may be nil
	Now    func() time.Time  // nil means the host's clock
	Watch  func(*Status)     // called after each event, one call at a time; may be nil
	// Event is called with every event of the ledger, in order, once it is durable. When the soak is opened, it is called with
	// the events of earlier starts. It must not call the soak or retain the event. It may be nil.
	Event func(*ledger.Event)
}

// Defaults of Options, in bytes.
const (
	DefaultMemory = 2 << 30
	DefaultKeep   = 4 << 30
)

const (
	findingsDir = "findings"
	knownFile   = "known.json"
)

// Soak is an open campaign whose directory is locked by this process.
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

// Begin creates the directory of a new campaign and opens it. Errors: campaign.ErrSpec if the directory already has a campaign,
// campaign.ErrLocked, torture.ErrConfig if the spec names something that does not exist, torture.ErrHost.
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

// Resume opens the campaign in a directory. Errors: campaign.ErrSpec, campaign.ErrLocked, ledger.ErrDamaged, torture.ErrConfig,
// torture.ErrHost.
func Resume(o Options) (*Soak, error) {
	o = o.withDefaults()
	disk := afero.NewOsFs()
	spec, err := campaign.Load(disk, o.Dir)
	if err != nil {
		return nil, host(err)
	}
	s := &Soak{opts: o, spec: *spec, began: o.Now()}
	s.mu.doing = "starting"
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

// samplesOfFor is the number of samples in a soak too short for one sample a minute.
const samplesOfFor = 60

// targetOf returns the target of a spec. That of a program has only a name. The error is torture.ErrConfig.
func targetOf(spec *campaign.Spec, targets []torture.Target) (torture.Target, error) {
	if spec.Program != nil {
		return torture.Target{Name: spec.Engine}, nil // the children know how to run it
	}
	for _, t := range targets {
		if t.Name == spec.Engine {
			return t, nil
		}
	}
	return torture.Target{}, fmt.Errorf("%w: this binary has no engine %q", torture.ErrConfig, spec.Engine)
}

// host wraps an error in torture.ErrHost, unless it already says who is at fault.
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

// add appends an event and calls Options.Watch.
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
		for _, f := range e.Sightings() {
			err = fmt.Errorf("%w; this finding is not recorded: %s: %s; its token: %s", err, f.ID, f.Sentence, cmp.Or(f.Token, "none"))
		}
		return host(err)
	}
	if s.opts.Watch != nil {
		s.opts.Watch(&now)
	}
	return nil
}

// book calls look with the book, which look must not retain.
func (s *Soak) book(look func(*ledger.Book)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	look(&s.mu.journal.Book)
}

// say sets Status.Doing.
func (s *Soak) say(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.doing = fmt.Sprintf(format, args...)
}
