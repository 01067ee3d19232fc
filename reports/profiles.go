package reports

import (
	"fmt"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// profile holds the counts of what a run explored under one crash profile, formatted.
type profile struct{ Name, Images, CrashPoints string }

// profilesIn returns the profiles that a run used, in catalog order, the default first.
func profilesIn(r *torture.Result) []profile {
	var all []profile
	for _, p := range torture.Profiles() {
		if n, ok := r.Profiles[p.Name]; ok {
			all = append(all, profile{p.Name, wording.Grouped(n.Images), wording.Grouped(n.CrashPoints)})
		}
	}
	return all
}

// profileFigure says how many images were explored under each profile.
func profileFigure(r *torture.Result) figure {
	all := profilesIn(r)
	notes := mapped(all, func(p profile) string { return p.Name + " " + p.Images })
	return figure{Label: "profiles", Value: fmt.Sprint(len(all)), Note: strings.Join(notes, ", ")}
}
