package ledger

import "time"

// Event is something that happened in a soak: exactly one of the pointers is set.
type Event struct {
	Seq  uint64    `json:"seq"`  // 1, 2, 3, ...; set by Append
	Time time.Time `json:"time"` // the host's clock, for people: nothing is ordered or decided by it

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

// Start is a supervisor that begins or resumes a campaign.
type Start struct {
	Campaign string `json:"campaign"` // its name: the hash of its spec
	Build    string `json:"build"`    // identifies the binary: what replays and regressions are about
	Version  string `json:"version,omitempty"`
	Commit   string `json:"commit,omitempty"` // of the source, if the binary says so
	Shard    Shard  `json:"shard"`
	PID      int    `json:"pid"`
	Fleet    bool   `json:"fleet,omitempty"` // the cells are done by workers elsewhere: there is no store that lives on, and no process to measure
}

// Shard is one of several parts of a campaign that run apart: it has every Of-th cell. The zero value is all of it.
type Shard struct {
	Index int `json:"index,omitempty"` // from 1
	Of    int `json:"of,omitempty"`
}

// Has reports whether a cell belongs to the shard.
func (s Shard) Has(cell int) bool { return s.Of <= 1 || cell%s.Of == s.Index-1 }

// Outcome is what came of a cell.
type Outcome string

// The outcomes.
const (
	Passed  Outcome = "pass"
	Failed  Outcome = "fail"
	Unclear Outcome = "unclear" // nothing was violated, but too little was seen
	Lost    Outcome = "lost"    // the process of the lap had to be ended, or ended itself: see the finding
)

// Cell is a cell of a lap that has come to its end: one workload under one fault.
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
	Exhaustive  int            `json:"exhaustive"` // of CrashPoints
	Images      int            `json:"images"`
	Nested      int            `json:"nested"` // of Images
	BytesLost   uint64         `json:"bytes_lost"`
	Seconds     float64        `json:"seconds"`
	TraceHash   string         `json:"trace_hash,omitempty"`
	Profiles    map[string]int `json:"profiles,omitempty"` // images by profile
	Goals       map[string]int `json:"goals,omitempty"`    // crash points by goal
	Findings    []Sighting     `json:"findings,omitempty"`
}

// Sighting is a finding as a cell, a replay or the life saw it.
type Sighting struct {
	ID       string `json:"id"` // the fingerprint of what is broken, the same in every lap
	Judge    string `json:"judge"`
	Class    string `json:"class"`
	Sentence string `json:"sentence"`
	Workload string `json:"workload,omitempty"`
	Fault    string `json:"fault,omitempty"`
	Token    string `json:"token,omitempty"`
	File     string `json:"file,omitempty"` // of the evidence, in the directory of the soak
	Count    int    `json:"count"`          // images that showed it
}

// Lap is a lap of which this shard's cells have all been counted.
type Lap struct {
	Lap     int     `json:"lap"`
	Shard   Shard   `json:"shard"`
	Cells   int     `json:"cells"` // of all shards
	Seconds float64 `json:"seconds"`
}

// Canary is the search for a planted bug, which every lap has to find.
type Canary struct {
	Lap     int     `json:"lap"`
	Caught  bool    `json:"caught"`
	Images  int     `json:"images"` // until it was found, or all
	Seconds float64 `json:"seconds"`
	Reason  string  `json:"reason,omitempty"` // why it was not found
}

// Death is a process of the soak that ended before its time and is started again.
type Death struct {
	Process string    `json:"process"` // lap, life or replay
	Lap     int       `json:"lap"`
	Cause   string    `json:"cause"`             // a sentence
	Finding *Sighting `json:"finding,omitempty"` // nil: nobody knows that the engine is to blame
}

// Replay is the repetition of a finding on the current build.
type Replay struct {
	ID       string `json:"id"`
	Build    string `json:"build"`
	Attempts int    `json:"attempts"`
	Hits     int    `json:"hits"`
	Reason   string `json:"reason,omitempty"` // why it could not be repeated; empty: it was
}

// Life is a stretch of the store that lives for the whole soak: some power cuts, each followed by a full comparison.
type Life struct {
	Life      int       `json:"life"`    // from 0; a store that was wrong is followed by another
	Stretch   int       `json:"stretch"` // from 0, within the life
	Cuts      int       `json:"cuts"`
	Ops       int       `json:"ops"`
	Commits   int       `json:"commits"`
	Keys      int       `json:"keys"`       // that the store had at the end
	LiveBytes int64     `json:"live_bytes"` // of keys and values
	DiskBytes int64     `json:"disk_bytes"`
	Files     int       `json:"files"`
	LostBytes int64     `json:"lost_bytes"` // that power cuts took
	Seconds   float64   `json:"seconds"`
	Finding   *Sighting `json:"finding,omitempty"`
}

// Sample is a measurement of the processes of the soak. Names say whose a figure is: lap.rss, life.heap, supervisor.fds.
type Sample struct {
	Figures map[string]float64 `json:"figures"`
	Missing map[string]string  `json:"missing,omitempty"` // figures that could not be read, and why
}

// Stop is a supervisor that ends of its own accord.
type Stop struct {
	Reason string `json:"reason"`
}
