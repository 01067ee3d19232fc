package lightning

import (
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning/past"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning/provoked"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning/refusals"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// standing returns the checks that do not depend on a particular store. Each runs once per process; see share.
func standing() []torture.StandingCheck {
	checks := append([]torture.StandingCheck{
		{Name: "refusals.Names", Run: refusals.Names},
		{Name: "refusals.Defaults", Run: refusals.Defaults},
		{Name: "refusals.Edges", Run: refusals.Edges},
		{Name: "refusals.Window", Run: refusals.Window},
		{Name: "refusals.Vacant", Run: refusals.Vacant},
		{Name: "refusals.Repository", Run: refusals.Repository},
		{Name: "refusals.ReadOnly", Run: refusals.ReadOnly},
		{Name: "refusals.OnDisk", Run: refusals.OnDisk},
	}, provoked.Checks()...)
	for _, check := range past.Checks() {
		checks = append(checks, torture.StandingCheck{Name: "past.Checks", Run: check})
	}
	return share(checks)
}
