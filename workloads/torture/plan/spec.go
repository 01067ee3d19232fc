package plan

import (
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// Spec fully determines a recorded run with one client. Of a run with several it determines everything but the
// schedule.
type Spec struct {
	Workload string          `json:"workload"`
	Fault    string          `json:"fault"`
	Profile  string          `json:"profile"`
	Device   string          `json:"device,omitempty"`
	Scenario string          `json:"scenario,omitempty"`
	Seed     uint64          `json:"seed"`
	Size     workloads.Size  `json:"size"`
	Limits   contract.Limits `json:"limits,omitempty"` // the limits of the engine that the run sets; nil: the usual ones
	Keep     *Keep           `json:"keep,omitempty"`   // the part of the script that is run; nil: all of it
}

// tiny reports whether a run of this size can be explored exhaustively to depth 2.
func tiny(s workloads.Size) bool { return s.Keys <= 4 && s.Ops*s.Clients <= 12 }
