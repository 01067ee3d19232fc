package evidence

import (
	"cmp"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// Case is a run with its operations written out, as the Go test of a finding holds it. It depends on no generator and
// no seed.
type Case struct {
	Script  workloads.Script
	Sequel  workloads.Script // run on the reopened store, if it has clients
	Fault   string           // a named fault, or a rule in the fault grammar; it determines what the engine may do
	Rules   []string         // replace the rules that a named fault would draw
	Late    bool             // the rules take effect once the store is loaded
	Profile string           // empty: posix-min
	Device  string           // empty: sectors are atomic
	Limits  contract.Limits  // limits of the engine; nil: the usual ones
}

// Plan returns the plan of the case. The error is a plan.ErrConfig.
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
