package torture

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/small"
)

// Result is the outcome of Check. Its JSON form is the tool's stable output: fields are added, never renamed.
type Result struct {
	Version          int                     `json:"version"` // the version of this format: 1
	Verdict          checker.Verdict         `json:"verdict"`
	Engine           string                  `json:"engine"`
	OtherWorkloads   []string                `json:"other_workloads,omitempty"` // are for stores of another kind
	Unpromised       []string                `json:"unpromised,omitempty"`      // faults about which the engine promises nothing
	Scenario         string                  `json:"scenario,omitempty"`
	Seed             uint64                  `json:"seed"`
	Profile          string                  `json:"profile"`
	Device           string                  `json:"device,omitempty"`
	ElapsedSeconds   float64                 `json:"elapsed_seconds"`
	Runs             int                     `json:"runs"`                       // recorded executions of a workload
	CrashPoints      int                     `json:"crash_points"`               // ticks at which power was cut
	ExhaustivePoints int                     `json:"exhaustive_points"`          // crash points of which every distinguishable image was recovered
	BoundedPoints    int                     `json:"bounded_points,omitempty"`   // crash points of which every image was recovered up to a number of holes; see explore.Class
	TwoHolesPoints   int                     `json:"two_holes_points,omitempty"` // of BoundedPoints: up to two holes at each look, otherwise up to one
	NoHolePoints     int                     `json:"no_hole_points,omitempty"`   // of BoundedPoints: no hole at some look, only every prefix
	SampledPoints    int                     `json:"sampled_points"`             // crash points of which a sample of the images was recovered
	RottenPoints     int                     `json:"rotten_points,omitempty"`    // crash points of which every image was damaged, each in a place that was drawn
	Shapes           int                     `json:"shapes,omitempty"`           // different shapes of crash points that were explored: see package shape
	UnexploredPoints int                     `json:"unexplored_points"`          // further crash points of the runs, beyond the budget of time or of Options.CrashPoints
	WidestExhaustive int                     `json:"widest_exhaustive"`          // most pending ops at a crash point that was covered exhaustively
	Images           int                     `json:"images"`                     // crash images recovered and judged
	ImagesPerSecond  float64                 `json:"images_per_second"`          // Images per second of the wall time of exploration
	NestedImages     int                     `json:"nested_images"`              // of Images: crashes during recovery
	DeepPoints       int                     `json:"deep_points"`                // of ExhaustivePoints: every recovery was crashed at each operation, with every image
	RecoveryCycles   int                     `json:"recovery_cycles"`            // crashes in a row, each during the recovery from the one before or soon after
	Sessions         int                     `json:"sessions"`                   // times that a store was closed and opened again, for a few writes each
	Deaths           int                     `json:"deaths,omitempty"`           // times that the engine ended the process: each cost what the run at hand had explored
	LabShare         float64                 `json:"lab_share"`                  // share of exploration spent outside the engine
	Spent            Spent                   `json:"spent"`                      // where the time of exploration went
	RepeatedImages   int                     `json:"repeated_images"`            // of Images: recovered a second time, to see that it does the same
	AuditedImages    int                     `json:"audited_images"`             // images whose store was also verified, read without writing, copied or repaired
	FaultyRecoveries int                     `json:"faulty_recoveries"`          // recoveries during which a call failed; each was followed by a healthy one and a crash
	Divergences      int                     `json:"divergences"`                // recoveries that did not repeat their observations
	DecidedPoints    int                     `json:"decided_points,omitempty"`   // of CrashPoints: images were decided before recovery looked, because recoveries do not always look at the same; otherwise when it looked
	AlikeImages      int                     `json:"alike_images,omitempty"`     // further images that read the same as one of Images and were judged by what that had shown
	Operations       []OperationCount        `json:"operations,omitempty"`       // operations of the runs that the store answered, by kind, all kinds
	FaultsInjected   map[string]uint64       `json:"faults_injected"`            // how often, by effect and operation, such as "eio_write"
	BytesLost        uint64                  `json:"bytes_lost"`                 // bytes of pending writes that crash images lost
	TraceHash        string                  `json:"trace_hash"`                 // hash of all filesystem operations of all runs; with one client the same for a seed
	AckedSynced      int                     `json:"acked_synced"`               // commits acknowledged as durable before a crash that was explored
	Recovered        int                     `json:"recovered"`                  // those of AckedSynced that every crash image still had
	BankTotalWant    int64                   `json:"bank_total_want"`
	BankTotalGot     int64                   `json:"bank_total_got"` // the first wrong total seen, or BankTotalWant
	Profiles         map[string]ProfileCount `json:"profiles"`       // what each profile had, by name
	Findings         []Finding               `json:"findings"`
	Goals            []GoalCount             `json:"goals"`               // dangerous situations, and how often power was cut in each
	Limits           []LimitCount            `json:"limits,omitempty"`    // the limits of the engine that runs can set, and how many did
	Unreached        []string                `json:"unreached,omitempty"` // limits of the engine that no run reaches
	Quota            Quota                   `json:"quota"`               // the work that a pass owes, and what was done of it
	Cells            []Cell                  `json:"cells"`
	Reasons          []string                `json:"reasons,omitempty"` // why the verdict is inconclusive, a sentence each
	Interrupted      bool                    `json:"interrupted,omitempty"`
	Worst            *WorstRecoveries        `json:"worst,omitempty"`    // recoveries from the worst power cuts, looked at closely; nil: none was
	Scope            *small.Scope            `json:"scope,omitempty"`    // of the scenario small
	Coverage         *Coverage               `json:"coverage,omitempty"` // of the engine, if it was asked for
	Provenance       Provenance              `json:"provenance"`
}

// conclude derives the verdict.
func (r *Result) conclude() {
	for _, c := range r.Cells {
		for _, reason := range c.Reasons {
			r.Reasons = append(r.Reasons, fmt.Sprintf("%s × %s: %s", c.Workload, c.Fault, reason))
		}
	}
	switch {
	case len(r.Findings) > 0:
		r.Verdict = checker.Fail
	case len(r.Reasons) > 0:
		r.Verdict = checker.Inconclusive
	default:
		r.Verdict = checker.Pass
	}
}

// Coverage says which statements of the engine were executed, by all runs and recoveries.
type Coverage struct {
	Statements      int         `json:"statements"`
	Reached         int         `json:"reached"`          // those of Statements that a run or a recovery executed
	InRecovery      int         `json:"in_recovery"`      // those that recoveries executed, and the few writes after them
	Unreached       []Unreached `json:"unreached"`        // by file, the file with the most statements first
	Profile         string      `json:"profile"`          // file in the format of "go test -coverprofile"
	RecoveryProfile string      `json:"recovery_profile"` // the same for recoveries alone
}

// Unreached is what was not executed of a file.
type Unreached struct {
	File       string   `json:"file"`
	Statements int      `json:"statements"`
	Lines      []string `json:"lines"` // such as "12" or "40-44"
}

// Spent is the time of exploration by part, in seconds, summed over all explorers.
type Spent struct {
	Making  float64 `json:"making"` // crash points and images
	Open    float64 `json:"open"`   // the engine's
	Read    float64 `json:"read"`
	Close   float64 `json:"close"`
	Write   float64 `json:"write"`   // the engine's, on stores whose recovery is crashed in turn
	Judging float64 `json:"judging"` // with the search and the book-keeping
}

// Cell is one field of the matrix workload × fault.
type Cell struct {
	Workload    string            `json:"workload"`
	Fault       string            `json:"fault"`
	Profile     string            `json:"profile,omitempty"` // the profile of its crashes, once it ran
	Runs        int               `json:"runs"`
	CrashPoints int               `json:"crash_points"`
	Images      int               `json:"images"`
	Findings    int               `json:"findings"`
	Unknown     int               `json:"unknown"` // judgements that ended without an answer
	Injected    map[string]uint64 `json:"injected,omitempty"`
	Reasons     []string          `json:"reasons,omitempty"` // why the cell proves nothing, if so
}

// ProfileCount is what was explored under one profile.
type ProfileCount struct {
	CrashPoints int `json:"crash_points"`
	Images      int `json:"images"`
}

// GoalCount is how often power was cut in a situation.
type GoalCount struct {
	Name   string `json:"name"`
	Text   string `json:"text"`
	Points int    `json:"points"` // crash points
}

// OperationCount is how many operations of a kind the store answered.
type OperationCount struct {
	Kind  history.Kind `json:"kind"`
	Count int          `json:"count"`
}

// LimitCount is how many runs set a limit of the engine, and to what.
type LimitCount struct {
	Name    string `json:"name"`
	Text    string `json:"text"`
	Usual   int64  `json:"usual"` // the value in all other runs
	Runs    int    `json:"runs"`
	Lowest  int64  `json:"lowest"` // 0 with Highest if no run set it
	Highest int64  `json:"highest"`
}

// Provenance says where a result comes from.
type Provenance struct {
	Tool      string `json:"tool"`             // version of lightning-torture
	Commit    string `json:"commit,omitempty"` // that the binary was built from; see Commit
	GoVersion string `json:"go_version"`
	OS        string `json:"os"`
	Arch      string `json:"arch"`
	CPUs      int    `json:"cpus"`
	Command   string `json:"command,omitempty"` // the command line, if a command line asked for it
	Started   string `json:"started,omitempty"` // RFC 3339
	Program   string `json:"-"`                 // how to call what made the result, for lines to paste; empty: lightning-torture
}
