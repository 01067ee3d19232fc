package ledger

import (
	"time"

	"github.com/lightningdb/lightning-torture/workloads/soak/distinct"
)

// Event is something that happened in a soak: exactly one of the pointers is set.
type Event struct {
	Seq  uint64    `json:"seq"`  // 1, 2, 3, ...; set by Append
	Time time.Time `json:"time"` // the host's clock, for humans; nothing is ordered or decided by it

	Start  *Start  `json:"start,omitempty"`
	Cell   *Cell   `json:"cell,omitempty"`
	Lap    *Lap    `json:"lap,omitempty"`
	Canary *Canary `json:"canary,omitempty"`
	Death  *Death  `json:"death,omitempty"`
	Replay *Replay `json:"replay,omitempty"`
	Life   *Life   `json:"life,omitempty"`
	Sample *Sample `json:"sample,omitempty"`
	Stop   *Stop   `json:"stop,omitempty"`
}

// Sightings returns the findings that were seen.
func (e *Event) Sightings() (all []*Sighting) {
	switch {
	case e.Cell != nil:
		for i := range e.Cell.Findings {
			all = append(all, &e.Cell.Findings[i])
		}
	case e.Death != nil && e.Death.Finding != nil:
		all = append(all, e.Death.Finding)
	case e.Life != nil && e.Life.Finding != nil:
		all = append(all, e.Life.Finding)
	}
	return all
}

// Start records that a supervisor began or resumed a campaign.
type Start struct {
	Campaign string `json:"campaign"` // its name: the hash of its spec
	Build    string `json:"build"`    // identifies the binary, to which replays and regressions refer
	Version  string `json:"version,omitempty"`
	Commit   string `json:"commit,omitempty"` // of the source, if the binary says so
	Shard    Shard  `json:"shard"`
	PID      int    `json:"pid"`
	Fleet    bool   `json:"fleet,omitempty"` // workers elsewhere do the cells; there is no long-lived store and no process to measure
}

// Shard is one of several independently running parts of a campaign: it has every Of-th cell. The zero value is the whole campaign.
type Shard struct {
	Index int `json:"index,omitempty"` // from 1
	Of    int `json:"of,omitempty"`
}

// Has reports whether a cell belongs to the shard.
func (s Shard) Has(cell int) bool { return s.Of <= 1 || cell%s.Of == s.Index-1 }

// Outcome is the result of a cell.
type Outcome string

// The outcomes.
const (
	Passed  Outcome = "pass"
	Failed  Outcome = "fail"
	Unclear Outcome = "unclear" // nothing was violated, but too little was seen
	Lost    Outcome = "lost"    // the process of the lap died or had to be killed; see the finding
)

// Cell is a completed cell of a lap: one workload under one fault.
type Cell struct {
	Lap         int            `json:"lap"`  // from 0
	Cell        int            `json:"cell"` // from 0, within the lap
	Workload    string         `json:"workload"`
	Fault       string         `json:"fault"`
	Seed        uint64         `json:"seed"`
	Outcome     Outcome        `json:"outcome"`
	Reasons     []string       `json:"reasons,omitempty"` // why it is unclear or lost
	Runs        int            `json:"runs"`
	CrashPoints int            `json:"crash_points"`
	Exhaustive  int            `json:"exhaustive"` // part of CrashPoints
	Images      int            `json:"images"`
	Nested      int            `json:"nested"` // part of Images
	BytesLost   uint64         `json:"bytes_lost"`
	Seconds     float64        `json:"seconds"`
	CPUSeconds  float64        `json:"cpu_seconds,omitempty"`  // CPU time that its process used; 0: not measured
	OpenSeconds float64        `json:"open_seconds,omitempty"` // how long recoveries took, of all workers; 0: not measured
	TraceHash   string         `json:"trace_hash,omitempty"`
	Profiles    map[string]int `json:"profiles,omitempty"` // images by profile
	Goals       map[string]int `json:"goals,omitempty"`    // crash points by goal
	Findings    []Sighting     `json:"findings,omitempty"`

	// Shapes are hashes that tell its crash points apart; see package shape of the lab. A ledger has each of them once, in the
	// first cell that has seen it.
	Shapes distinct.Hashes `json:"shapes,omitempty"`
}

// ImagesPerCPU returns the crash images per second of CPU time. A cell has none if its CPU time was not measured, or if it did
// something other than recovering images, such as explaining a finding.
func (c *Cell) ImagesPerCPU() (rate float64, has bool) {
	if c.Outcome != Passed || c.CPUSeconds <= 0 || c.Images == 0 {
		return 0, false
	}
	return float64(c.Images) / c.CPUSeconds, true
}

// Sighting is an occurrence of a finding in a cell, in a replay or in the long-lived store.
type Sighting struct {
	ID       string `json:"id"` // the fingerprint of the cause, the same in every lap
	Judge    string `json:"judge"`
	Class    string `json:"class"`
	Sentence string `json:"sentence"`
	Workload string `json:"workload,omitempty"`
	Fault    string `json:"fault,omitempty"`
	Token    string `json:"token,omitempty"`
	File     string `json:"file,omitempty"` // of the evidence, relative to the soak's directory
	Count    int    `json:"count"`          // images that showed it
}

// Lap records that this shard has counted all its cells of a lap.
type Lap struct {
	Lap     int     `json:"lap"`
	Shard   Shard   `json:"shard"`
	Cells   int     `json:"cells"` // number of cells of the lap in all shards
	Seconds float64 `json:"seconds"`
}

// Canary is the result of a search for the planted bug, which every lap must find.
type Canary struct {
	Lap     int     `json:"lap"`
	Caught  bool    `json:"caught"`
	Images  int     `json:"images"` // images recovered until it was found, or all of them
	Seconds float64 `json:"seconds"`
	Reason  string  `json:"reason,omitempty"` // why it was not found
}

// Death records that a process of the soak died. It is started again.
type Death struct {
	Process string    `json:"process"` // lap, life or replay
	Lap     int       `json:"lap"`
	Cause   string    `json:"cause"`             // a sentence
	Finding *Sighting `json:"finding,omitempty"` // nil unless the engine is to blame
}

// Replay is the result of replaying a finding on the current build.
type Replay struct {
	ID       string `json:"id"`
	Build    string `json:"build"`
	Attempts int    `json:"attempts"`
	Hits     int    `json:"hits"`
	Reason   string `json:"reason,omitempty"` // why it could not be replayed; empty if it was
}

// Life is a stretch of the long-lived store: several power cuts, each followed by a full comparison.
type Life struct {
	Life      int       `json:"life"`    // number of the store, from 0; a store that breaks a promise is replaced by the next
	Stretch   int       `json:"stretch"` // from 0, within the life of the store
	Cuts      int       `json:"cuts"`
	Ops       int       `json:"ops"`
	Commits   int       `json:"commits"`
	Keys      int       `json:"keys"`       // keys in the store at the end
	LiveBytes int64     `json:"live_bytes"` // size of keys and values
	DiskBytes int64     `json:"disk_bytes"`
	Files     int       `json:"files"`
	LostBytes int64     `json:"lost_bytes"` // bytes lost in power cuts
	Seconds   float64   `json:"seconds"`
	Finding   *Sighting `json:"finding,omitempty"`
}

// Sample is a measurement of the soak's processes. The name of a figure begins with its process: lap.rss, life.heap, supervisor.fds.
type Sample struct {
	Figures map[string]float64 `json:"figures"`
	Missing map[string]string  `json:"missing,omitempty"` // figures that could not be read, and why
}

// Stop records that a supervisor ended in an orderly way.
type Stop struct {
	Reason string `json:"reason"`
}
