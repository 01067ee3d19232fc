package torture

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/small"
)

// Result is the outcome of Check. Its JSON form is a stable output: fields may be added, but are never renamed.
type Result struct {
	Version          int                     `json:"version"` // the version of this format: 1
	Verdict          checker.Verdict         `json:"verdict"`
	Engine           string                  `json:"engine"`
	OtherWorkloads   []string                `json:"other_workloads,omitempty"` // workloads left out because they are for another type of store
	Unpromised       []string                `json:"unpromised,omitempty"`      // faults left out because the engine promises nothing about them
	Scenario         string                  `json:"scenario,omitempty"`
	Seed             uint64                  `json:"seed"`
	Profile          string                  `json:"profile"`
	Device           string                  `json:"device,omitempty"`
	ElapsedSeconds   float64                 `json:"elapsed_seconds"`
	Runs             int                     `json:"runs"`                       // recorded executions of a workload
	CrashPoints      int                     `json:"crash_points"`               // ticks at which power was cut
	ExhaustivePoints int                     `json:"exhaustive_points"`          // crash points with every distinguishable image recovered
	BoundedPoints    int                     `json:"bounded_points,omitempty"`   // crash points with every image up to a number of holes recovered; see explore.Class
	TwoHolesPoints   int                     `json:"two_holes_points,omitempty"` // of BoundedPoints: images with up to two holes at each look; the other bounded points: up to one
	NoHolePoints     int                     `json:"no_hole_points,omitempty"`   // of BoundedPoints: only prefixes, without holes, were tried at some look
	SampledPoints    int                     `json:"sampled_points"`             // crash points with a sample of the images recovered
	RottenPoints     int                     `json:"rotten_points,omitempty"`    // crash points with every image damaged, each at a random place
	Shapes           int                     `json:"shapes,omitempty"`           // number of different shapes among the explored crash points; see package shape
	Seen             []uint64                `json:"-"`                          // these shapes, in ascending order
	UnexploredPoints int                     `json:"unexplored_points"`          // crash points left out, beyond the time or Options.CrashPoints
	WidestExhaustive int                     `json:"widest_exhaustive"`          // the largest number of pending operations at an exhaustive crash point
	Images           int                     `json:"images"`                     // crash images recovered and judged
	ImagesPerSecond  float64                 `json:"images_per_second"`          // Images per second of wall time spent on exploration
	NestedImages     int                     `json:"nested_images"`              // of Images: crashes during recovery
	DeepPoints       int                     `json:"deep_points"`                // of ExhaustivePoints: every recovery was crashed at every operation, with every image
	RecoveryCycles   int                     `json:"recovery_cycles"`            // crashes in a row, each during or soon after the recovery from the one before
	Sessions         int                     `json:"sessions"`                   // times that a store was reopened, for a few writes each
	Deaths           int                     `json:"deaths,omitempty"`           // times that the engine ended the process, each losing the run in progress
	LabShare         float64                 `json:"lab_share"`                  // share of exploration spent outside the engine
	Spent            Spent                   `json:"spent"`                      // where that time went
	RepeatedImages   int                     `json:"repeated_images"`            // of Images: recovered a second time, to check that the result is the same
	AuditedImages    int                     `json:"audited_images"`             // images whose store was also verified, opened read-only, copied or repaired
	FaultyRecoveries int                     `json:"faulty_recoveries"`          // recoveries with a failing call; each was followed by a healthy one and a crash
	Divergences      int                     `json:"divergences"`                // recoveries that did not repeat their reads
	DecidedPoints    int                     `json:"decided_points,omitempty"`   // of CrashPoints: images were decided before recovery started, because the target's recoveries vary in what they read
	AlikeImages      int                     `json:"alike_images,omitempty"`     // further images that read the same as one of Images, and were judged by its contents
	Operations       []OperationCount        `json:"operations,omitempty"`       // operations that the store answered in runs, for every kind
	FaultsInjected   map[string]uint64       `json:"faults_injected"`            // how often each was injected, by effect and operation, such as "eio_write"
	BytesLost        uint64                  `json:"bytes_lost"`                 // bytes of pending writes lost in crash images
	TraceHash        string                  `json:"trace_hash"`                 // hash of all filesystem operations of all runs; with one client, a seed determines it
	AckedSynced      int                     `json:"acked_synced"`               // commits acknowledged as durable before an explored crash
	Recovered        int                     `json:"recovered"`                  // those of AckedSynced that every crash image still had
	BankTotalWant    int64                   `json:"bank_total_want"`
	BankTotalGot     int64                   `json:"bank_total_got"` // the first wrong total seen, or BankTotalWant
	Profiles         map[string]ProfileCount `json:"profiles"`       // what was explored under each profile, by name
	Findings         []Finding               `json:"findings"`
	Goals            []GoalCount             `json:"goals"`               // dangerous situations, and how often power was cut in them
	Limits           []LimitCount            `json:"limits,omitempty"`    // limits of the engine that runs can set, and how many runs did
	Unreached        []string                `json:"unreached,omitempty"` // limits of the engine that no run reaches
	Quota            Quota                   `json:"quota"`               // the work that a pass requires, and how much of it was done
	Cells            []Cell                  `json:"cells"`
	Reasons          []string                `json:"reasons,omitempty"` // why the verdict is Inconclusive, one sentence each
	Interrupted      bool                    `json:"interrupted,omitempty"`
	Worst            *WorstRecoveries        `json:"worst,omitempty"`    // a closer look at recoveries from the worst power cuts; nil: there was none
	Scope            *small.Scope            `json:"scope,omitempty"`    // what the scenario small has covered; nil for other runs
	Coverage         *Coverage               `json:"coverage,omitempty"` // of the engine's statements, if requested
	Provenance       Provenance              `json:"provenance"`
}

// conclude derives the verdict from the findings and the reasons.
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

// Coverage says which statements of the engine were executed by all runs and recoveries together.
type Coverage struct {
	Statements      int         `json:"statements"`
	Reached         int         `json:"reached"`          // of Statements: executed by a run or a recovery
	InRecovery      int         `json:"in_recovery"`      // of Statements: executed by a recovery or the few writes after it
	Unreached       []Unreached `json:"unreached"`        // by file, starting with the file that has the most unreached statements
	Profile         string      `json:"profile"`          // path of a file in the format of "go test -coverprofile"
	RecoveryProfile string      `json:"recovery_profile"` // the same for recoveries alone
}

// Unreached is the part of a file that was not executed.
type Unreached struct {
	File       string   `json:"file"`
	Statements int      `json:"statements"`
	Lines      []string `json:"lines"` // such as "12" or "40-44"
}

// Spent is the time of exploration by part, in seconds, summed over all explorers.
type Spent struct {
	Making  float64 `json:"making"` // constructing crash points and images
	Open    float64 `json:"open"`   // by the engine, like Read and Close
	Read    float64 `json:"read"`
	Close   float64 `json:"close"`
	Write   float64 `json:"write"`   // by the engine, on stores whose recovery is crashed in turn
	Judging float64 `json:"judging"` // including the search and bookkeeping
}

// Cell is one cell of the matrix workload × fault.
type Cell struct {
	Workload    string            `json:"workload"`
	Fault       string            `json:"fault"`
	Profile     string            `json:"profile,omitempty"` // the profile of its crashes; empty before its first run
	Runs        int               `json:"runs"`
	CrashPoints int               `json:"crash_points"`
	Images      int               `json:"images"`
	Findings    int               `json:"findings"`
	Unknown     int               `json:"unknown"` // judgements without a verdict
	Injected    map[string]uint64 `json:"injected,omitempty"`
	Reasons     []string          `json:"reasons,omitempty"` // why the cell proves nothing; empty if it does
}

// ProfileCount says how much was explored under one profile.
type ProfileCount struct {
	CrashPoints int `json:"crash_points"`
	Images      int `json:"images"`
}

// GoalCount says how often power was cut in a dangerous situation.
type GoalCount struct {
	Name   string `json:"name"`
	Text   string `json:"text"`
	Points int    `json:"points"` // crash points
}

// OperationCount says how many operations of a kind the store answered.
type OperationCount struct {
	Kind    history.Kind `json:"kind"`
	Count   int          `json:"count"`
	Lacking bool         `json:"lacking,omitempty"` // no run's store offers the operation
}

// LimitCount says how many runs set a limit of the engine, and to which values.
type LimitCount struct {
	Name    string `json:"name"`
	Text    string `json:"text"`
	Usual   int64  `json:"usual"` // the value in all other runs
	Runs    int    `json:"runs"`
	Lowest  int64  `json:"lowest"` // 0, like Highest, if no run set the limit
	Highest int64  `json:"highest"`
}

// Provenance says where a result comes from.
type Provenance struct {
	Tool      string `json:"tool"`             // the version of lightning-torture
	Commit    string `json:"commit,omitempty"` // the commit that the binary was built from; see Commit
	GoVersion string `json:"go_version"`
	OS        string `json:"os"`
	Arch      string `json:"arch"`
	CPUs      int    `json:"cpus"`
	Command   string `json:"command,omitempty"` // the command line, if the result comes from a command
	Started   string `json:"started,omitempty"` // RFC 3339
	Program   string `json:"-"`                 // the command that lines to paste should call; empty: lightning-torture
}
