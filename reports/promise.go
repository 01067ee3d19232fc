package reports

import (
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
)

// promises say what a store promises that a finding of a class breaks, for readers who do not know the names of the lab.
var promises = map[string]string{
	"lost":                   "What a store has acknowledged as synced is there after a power cut.",
	"resurrected":            "What was removed, and acknowledged as synced, stays removed.",
	"hole":                   "A power cut may take what was not synced, but only the end of it: nothing is missing before something that is there.",
	"torn batch":             "Writes that were submitted together are all there after a power cut, or none is.",
	"torn read":              "Writes that were submitted together are seen together.",
	"invented":               "A store shows nothing that nobody has written.",
	"from the future":        "A store shows nothing that was submitted only after the power cut.",
	"refused but present":    "What a store has refused is not there.",
	"stale read":             "A read sees everything that was acknowledged before it began.",
	"inconsistent snapshot":  "A snapshot shows the store as it was at one instant.",
	"not linearizable":       "Each operation takes effect at one moment between its call and its answer.",
	"total not conserved":    "Transfers move money: they neither make nor destroy any.",
	"does not recover":       "A store opens after a power cut.",
	"does not go on":         "A recovered store takes reads and writes.",
	"hang":                   "Operations and recoveries come to an end.",
	"panic":                  "No state of the disk makes a store panic.",
	"unexpected error":       "An operation fails only if something was wrong with the disk.",
	explore.NotDeterministic: "Two recoveries from the same disk show the same contents.",
}

// promiseOf returns the promise that a finding shows to be broken; empty if there is no sentence for it.
func promiseOf(f *torture.Finding) string { return promises[f.Class] }
