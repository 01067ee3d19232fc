package plan

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Plan is a spec with its names resolved. It is read-only.
type Plan struct {
	Spec   Spec
	Fault  Fault
	Model  faultfs.Model
	Script workloads.Script
	Sequel *workloads.Script // what the clients do after the store is reopened; nil: it is not reopened
	Rules  []*faultfs.Rule
	// AfterLoading says that the rules take effect once the store is loaded.
	AfterLoading bool
	// AllSynced says that every commit of the script asks for Sync.
	AllSynced bool
	Nest      int // one recovery in Nest is crashed in turn; 1: all of them, at every operation
	Phase     int // operations between two scans of the whole store; 0: the default of workloads.Drive
	Points    int // crash points to explore at most, spread evenly; 0: all
}

// largeNest is the Nest of larger runs: one recovery in largeNest is crashed in turn. In a tiny run all are.
const largeNest = 32

// Resolve looks up the names of a spec and derives the script and the rules from its seed. It returns ErrConfig for an
// unknown name and for a number beyond its limit.
func Resolve(s Spec) (*Plan, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	p := &Plan{Spec: s, Nest: largeNest}
	if err := p.lookUp(); err != nil {
		return nil, err
	}
	if err := p.generate(); err != nil {
		return nil, err
	}
	if err := p.drawRules(); err != nil {
		return nil, err
	}
	if s.Keep != nil {
		p.Script = s.Keep.Of(p.Script)
	}
	p.AllSynced = allSynced(&p.Script)
	if tiny(p.Spec.Size) {
		p.Nest = 1
	}
	return p, nil
}

// lookUp finds the fault, the profile and the device.
func (p *Plan) lookUp() (err error) {
	if p.Fault, err = FaultNamed(p.Spec.Fault); err != nil {
		return err
	}
	if p.Fault.Profile != "" {
		p.Spec.Profile = p.Fault.Profile
	}
	if p.Model.Profile, err = ProfileNamed(p.Spec.Profile); err != nil {
		return err
	}
	if p.Model.Device, err = faultfs.ParseDevice(p.Spec.Device); err != nil {
		return fmt.Errorf("%w: %w", ErrConfig, err)
	}
	if p.Model.Device.IgnoreFlush > 0 { // same as lost-fsync
		p.Fault.lower, p.Fault.Refuse, p.Fault.Lies = checker.NothingMustSurvive, true, true
	}
	return nil
}

// generate makes the script: that of the scenario, or one of the workload.
func (p *Plan) generate() error {
	if p.Spec.Scenario == "" {
		w, err := WorkloadNamed(p.Spec.Workload)
		if err != nil {
			return err
		}
		p.Script = w.Generate(p.Spec.Seed, p.Spec.Size).Within()
		return nil
	}
	s, err := scenarioNamed(p.Spec.Scenario)
	if err != nil {
		return err
	}
	within := func(script workloads.Script) workloads.Script {
		script.Size.Largest = p.Spec.Size.Largest
		return script.Within()
	}
	p.Script, p.Points, p.Phase = within(s.script(p.Spec.Seed)), s.points, s.phase
	p.Spec.Size = p.Script.Size
	if s.sequel != nil {
		sequel := within(s.sequel(p.Spec.Seed))
		p.Sequel = &sequel
	}
	if s.Name == SweepName {
		p.Fault.Choice = seriesOf(p.Spec.Fault)
	}
	return nil
}

// FromScript makes the plan of a run whose script and rules are given. All of its recoveries are crashed in turn.
func FromScript(s Spec, script workloads.Script, sequel *workloads.Script, rules []string, afterLoading bool) (*Plan, error) {
	p := &Plan{Spec: s, Script: script, Sequel: sequel, AfterLoading: afterLoading, Nest: 1, AllSynced: allSynced(&script)}
	if err := p.lookUp(); err != nil {
		return nil, err
	}
	var err error
	if p.Rules, err = ParseRules(rules); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return p, nil
}

// WithScript returns the plan with the script and rules of a saved run. If script is nil, the script is that of the
// spec.
func (p *Plan) WithScript(script *workloads.Script, rules []*faultfs.Rule) *Plan {
	other := *p
	other.Rules = rules
	if script != nil {
		other.Script, other.AllSynced = *script, allSynced(script)
	}
	return &other
}

// Under returns the plan with power cut under another profile. If the plan is about a killed process, the result is
// about a power cut, which may take more.
func (p *Plan) Under(profile faultfs.Profile) *Plan {
	other := *p
	other.Model.Profile, other.Spec.Profile, other.Fault.kills = profile, profile.Name, nil
	return &other
}

// allSynced reports whether every commit of a script asks for Sync. If it loads several batches, only the last of them
// does.
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

// Clients returns the number of concurrent clients.
func (p *Plan) Clients() int { return max(1, len(p.Script.Clients)) }

// Bank returns the judge of the script's bank; nil if the script has none.
func (p *Plan) Bank() *checker.Bank {
	ledger := p.Script.Ledger
	if ledger == nil {
		return nil
	}
	return &checker.Bank{
		Accounts: ledger.Accounts, Turnover: ledger.Turnover, Total: ledger.Total,
		IsAccount: workloads.IsAccount, Balance: workloads.Balance,
	}
}
