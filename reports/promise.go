package reports

import (
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
)

// promises maps the class of a finding to the promise that it breaks, for readers who do not know the lab's terms.
var promises = map[string]string{
	"lost":                   "A write acknowledged as synced survives a power cut.",
	"resurrected":            "A key whose removal was acknowledged as synced stays removed.",
	"hole":                   "A power cut takes only the most recent unsynced writes: if a write survives, so does every earlier one.",
	"torn batch":             "After a power cut, either all writes of a batch are there or none.",
	"torn read":              "The writes of a batch become visible together.",
	"invented":               "A store returns only what was written to it.",
	"from the future":        "A store contains nothing that was submitted only after the power cut.",
	"refused but present":    "A write that the store refused has no effect.",
	"stale read":             "A read sees everything that was acknowledged before it began.",
	"inconsistent snapshot":  "A snapshot shows the store as it was at one instant.",
	"not linearizable":       "Each operation takes effect at one instant between its call and its return.",
	"total not conserved":    "Transfers move money: they neither create nor destroy any.",
	"does not recover":       "A store opens after a power cut.",
	"does not go on":         "A recovered store serves reads and writes.",
	"hang":                   "Operations and recoveries terminate.",
	"panic":                  "No state of the disk makes a store panic.",
	"unexpected error":       "An operation fails only if the disk failed.",
	explore.NotDeterministic: "Two recoveries from the same disk give the same contents.",
}

// promiseOf returns the promise that a finding breaks, or "" if its class has none.
func promiseOf(f *torture.Finding) string { return promises[f.Class] }
