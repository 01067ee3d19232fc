package torture

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// spec fully determines a recorded run of one client, and everything but the schedule of a run of several.
type spec struct {
	Workload string         `json:"workload"`
	Fault    string         `json:"fault"`
	Profile  string         `json:"profile"`
	Device   string         `json:"device,omitempty"`
	Scenario string         `json:"scenario,omitempty"`
	Seed     uint64         `json:"seed"`
	Size     workloads.Size `json:"size"`
	Keep     *keep          `json:"keep,omitempty"` // of the script; nil: all
}

// plan is a spec with its names resolved.
type plan struct {
	spec
	fault  fault
	model  faultfs.Model
	script workloads.Script
	sequel *workloads.Script // what is asked of the store once it has been opened again; nil: it is not
	rules  []*faultfs.Rule
	late   bool // the rules begin when the store has been loaded
	// patience is how long the engine may take over one operation or one recovery.
	patience time.Duration
	running  func(slot int, token string) // see Options
	nest     int                          // one of how many recoveries is crashed in turn; 1: all, at every operation
	lives    int                          // how many recoveries of one crash point are crashed in turn at the most
	phase    int                          // operations between two scans of the whole store; 0: as workloads.Drive does
	points   int                          // how many crash points to explore at the most, spread evenly; 0: all
	// allSynced says that every commit of the script asks for Sync.
	allSynced bool
}

// largeNest is how many recoveries of a run there are to one that is crashed in turn, nestedTicks at how many of its
// operations. A tiny run is explored to depth 2 without gaps, unless a crash point has more than nestedLives images, or
// a crash of its second life more than nestedImages.
const (
	largeNest    = 32
	nestedTicks  = 3
	nestedLives  = 24            // recoveries of one crash point that are crashed in turn
	nestedImages = maxImages / 8 // images of one crash of a second life
)

// chooseSize picks the dials that o leaves open. In turn, runs are large enough to have tables on several levels, small
// enough to be explored in full, and tiny.
func chooseSize(o Options, seed uint64, round int) workloads.Size {
	rng := rand.New(rand.NewPCG(seed, 1))
	size := workloads.Size{Clients: 1 + rng.IntN(4), ValueBytes: 100}
	switch (round + int(seed%1024)) % 6 {
	case 0:
		size.Clients = min(size.Clients, 2)
		size.Ops, size.Keys = 2+rng.IntN(3), rng.IntN(3)
	case 1:
		size.Ops, size.Keys = 10+rng.IntN(20), 300+rng.IntN(600)
	default:
		size.Ops, size.Keys = 20+rng.IntN(30), 1500+rng.IntN(1500)
	}
	if o.Clients != 0 {
		size.Clients = o.Clients
	}
	if o.Ops != 0 {
		size.Ops = o.Ops
	}
	if o.Keys != 0 {
		size.Keys = o.Keys
	}
	return size
}

// tiny reports whether a run of this size can be explored to depth 2 without gaps.
func tiny(s workloads.Size) bool { return s.Keys <= 4 && s.Ops*s.Clients <= 12 }

// resolve looks up the names of a spec and derives the script and the rules from its seed.
func resolve(s spec) (*plan, error) {
	p := &plan{spec: s, nest: largeNest, lives: nestedLives, patience: defaultPatience}
	if err := p.names(); err != nil {
		return nil, err
	}
	if s.Scenario != "" {
		sc, err := scenarioNamed(s.Scenario)
		if err != nil {
			return nil, err
		}
		p.script, p.points, p.phase = sc.script(s.Seed), sc.points, sc.phase
		p.Size = p.script.Size
		if sc.sequel != nil {
			sequel := sc.sequel(s.Seed)
			p.sequel = &sequel
		}
		if sc.Name == sweepName {
			p.fault.Choice = seriesOf(s.Fault)
		}
	} else {
		w, err := workloadNamed(s.Workload)
		if err != nil {
			return nil, err
		}
		p.script = w.Generate(s.Seed, s.Size)
	}
	if err := p.parseRules(); err != nil {
		return nil, err
	}
	if s.Keep != nil {
		p.script = s.Keep.of(p.script)
	}
	p.allSynced = allSynced(&p.script)
	if tiny(p.Size) {
		p.nest = 1
	}
	return p, nil
}

// names looks up the fault, the profile and the device.
func (p *plan) names() (err error) {
	if p.fault, err = faultNamed(p.Fault); err != nil {
		return err
	}
	if p.fault.profile != "" {
		p.Profile = p.fault.profile
	}
	if p.model.Profile, err = profileNamed(p.Profile); err != nil {
		return err
	}
	if p.model.Device, err = faultfs.ParseDevice(p.Device); err != nil {
		return fmt.Errorf("%w: %w", ErrConfig, err)
	}
	if p.model.Device.IgnoreFlush > 0 { // as lost-fsync
		p.fault.lower, p.fault.refuse = checker.NothingMustSurvive, true
	}
	return nil
}

// earlyEach is how many runs there are to one whose fault may hit while the store is opened and loaded.
const earlyEach = 4

func (p *plan) parseRules() error {
	if p.fault.rules == nil {
		return nil
	}
	rng := rand.New(rand.NewPCG(p.Seed, 2))
	loading, all := len(p.script.Preload), p.commits()
	at := part{opens: true, commits: loading}
	if p.late = !p.fault.fixed && !p.fault.rot && rng.IntN(earlyEach) > 0; p.late {
		at = part{commits: all - loading, loaded: p.loaded()}
	}
	rules := p.fault.rules(rng, at)
	if p.Keep != nil && len(p.Keep.Rules) > 0 {
		rules = p.Keep.Rules
	}
	return p.setRules(rules)
}

func (p *plan) setRules(texts []string) error {
	for _, text := range texts {
		r, err := faultfs.ParseRule(text)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrConfig, err)
		}
		p.rules = append(p.rules, r)
	}
	return nil
}

// ruleTexts returns the rules in the grammar of faultfs.ParseRule.
func (p *plan) ruleTexts() []string {
	var texts []string
	for _, r := range p.rules {
		texts = append(texts, r.String())
	}
	return texts
}

// allSynced reports whether every commit asks for Sync. Loading does not, if it takes several batches.
func allSynced(s *workloads.Script) bool {
	for _, steps := range s.Clients {
		for i := range steps {
			if steps[i].Commits() && steps[i].Durability != history.Sync {
				return false
			}
		}
	}
	return len(s.Preload) <= 1
}

// loaded returns how many bytes of keys and values are loaded before the clients start.
func (p *plan) loaded() (bytes int) {
	for _, batch := range p.script.Preload {
		for _, w := range batch {
			bytes += len(w.Key) + len(w.Value)
		}
	}
	return bytes
}

// clients returns how many clients run at the same time.
func (p *plan) clients() int { return max(1, len(p.script.Clients)) }

// commits returns how many commits the script makes if none fails.
func (p *plan) commits() int {
	n := len(p.script.Preload)
	for _, steps := range p.script.Clients {
		for i := range steps {
			if steps[i].Commits() {
				n++
			}
		}
	}
	return n
}

// bank returns the judge of the script's money, or nil if there is none.
func (p *plan) bank() *checker.Bank {
	ledger := p.script.Ledger
	if ledger == nil {
		return nil
	}
	return &checker.Bank{
		Accounts: ledger.Accounts, Turnover: ledger.Turnover, Total: ledger.Total,
		IsAccount: workloads.IsAccount, Balance: workloads.Balance,
	}
}

// mix scatters two numbers over all numbers: a draw that costs nothing.
func mix(a, b uint64) uint64 {
	x := a*0x9e3779b97f4a7c15 ^ b*0xd6e8feb86659fd93
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// childSeed derives a seed from a seed and labels, so that what one part draws does not depend on what others drew.
func childSeed(seed uint64, labels ...any) uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, seed)
	for _, l := range labels {
		fmt.Fprintf(h, "|%v", l)
	}
	return h.Sum64()
}

// tell says that a slot is about to do what a token repeats.
func (p *plan) tell(slot int, engine string, at where) {
	if p.running != nil {
		p.running(slot, encodeToken(engine, p.spec, at))
	}
}
