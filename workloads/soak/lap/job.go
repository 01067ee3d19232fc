package lap

import (
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
)

// Job is what a child has to do: the replays, then the canary, then the cells, then a stretch of the
// long-lived store.
type Job struct {
	Spec    campaign.Spec `json:"spec"`
	Dir     string        `json:"dir"`     // the soak's directory; findings are saved below it
	Workers int           `json:"workers"` // crash points explored concurrently; 0 means one per CPU
	Memory  int64         `json:"memory"`  // memory limit of the process in bytes; 0 means none

	Replays []Replay `json:"replays,omitempty"`
	Lap     int      `json:"lap"`
	Canary  bool     `json:"canary,omitempty"` // try the canary of the lap
	Of      int      `json:"of,omitempty"`     // number of cells of the lap
	Cells   []int    `json:"cells,omitempty"`  // the cells to do
	Known   []string `json:"known,omitempty"`  // IDs of findings that need no evidence
	Full    bool     `json:"full,omitempty"`   // save no evidence, because its budget is spent

	Life *Life `json:"life,omitempty"`
}

// Replay is a finding to replay.
type Replay struct {
	ID       string `json:"id"`
	What     string `json:"what"` // a token, or the file of a saved finding
	Attempts int    `json:"attempts"`
	Life     *Life  `json:"life,omitempty"` // set instead of What for a finding in the long-lived store, whose last stretch is repeated
}

// Life is the long-lived store of the soak.
type Life struct {
	Life int    `json:"life"` // its number
	File string `json:"file"` // its snapshot
}

// JobFile is the name of the job's file in the directory that a child shares with its parent.
const JobFile = "job.json"

// Load reads the job of a child.
func Load(dir string) (*Job, error) {
	text, err := os.ReadFile(filepath.Join(dir, JobFile))
	if err != nil {
		return nil, err
	}
	j := &Job{}
	return j, json.Unmarshal(text, j)
}

// Save writes a job for a child.
func (j *Job) Save(dir string) error {
	text, err := json.Marshal(j)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, JobFile), text, 0o600)
}
