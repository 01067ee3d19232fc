package evidence

import (
	"cmp"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// Case is a run with its operations written out: what a finding's Go test holds. It depends on no generator and no seed.
type Case struct {
	Script  workloads.Script
	Sequel  workloads.Script // for the store opened again, if it has clients
	Fault   string           // a named fault, or a rule in the fault grammar; it says what the engine may do
	Rules   []string         // replace those that a named fault draws
	Late    bool             // the rules begin when the store has been loaded
	Profile string           // empty: posix-min
	Device  string           // empty: sectors are whole
	Limits  contract.Limits  // of the engine; nil: all are usual
}

// Plan returns the plan of the case. The error is plan.ErrConfig.
func (c *Case) Plan() (*plan.Plan, error) {
	s := plan.Spec{
		Workload: c.Script.Workload, Fault: c.Fault, Profile: cmp.Or(c.Profile, plan.Profiles()[0].Name), Device: c.Device,
		Seed: c.Script.Seed, Size: c.Script.Size, Limits: c.Limits,
	}
	var sequel *workloads.Script
	if len(c.Sequel.Clients) > 0 {
		sequel = &c.Sequel
	}
	return plan.FromScript(s, c.Script, sequel, c.Rules, c.Late)
}
