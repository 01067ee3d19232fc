package plan

import (
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// Spec fully determines a recorded run of one client, and everything but the schedule of a run of several.
type Spec struct {
	Workload string          `json:"workload"`
	Fault    string          `json:"fault"`
	Profile  string          `json:"profile"`
	Device   string          `json:"device,omitempty"`
	Scenario string          `json:"scenario,omitempty"`
	Seed     uint64          `json:"seed"`
	Size     workloads.Size  `json:"size"`
	Limits   contract.Limits `json:"limits,omitempty"` // the limits of the engine that the run sets; nil: all are usual
	Keep     *Keep           `json:"keep,omitempty"`   // what is left of the script; nil: all
}

// tiny reports whether a run of this size can be explored to depth 2 without gaps.
func tiny(s workloads.Size) bool { return s.Keys <= 4 && s.Ops*s.Clients <= 12 }
