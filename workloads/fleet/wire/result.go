package wire

import (
	"errors"
	"fmt"
	"math"
	"regexp"

	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
)

// Result is what a worker delivers for a cell.
type Result struct {
	Worker   string         `json:"worker"`
	Campaign string         `json:"campaign"`
	Build    Build          `json:"build"`
	Canary   *ledger.Canary `json:"canary,omitempty"` // the lap's canary, if the worker tried it before this cell
	Deaths   []ledger.Death `json:"deaths,omitempty"` // deaths of its children
	Cell     *ledger.Cell   `json:"cell,omitempty"`   // nil if the canary was not caught, so that no cell was run
	Evidence []Evidence     `json:"evidence,omitempty"`
}

// Evidence refers to the evidence of a finding, which the object store holds under its digest.
type Evidence struct {
	ID     string `json:"id"` // ID of the finding
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
}

// Receipt answers a Result. The zero value means that the result is durable.
type Receipt struct {
	Refused string `json:"refused,omitempty"` // why the result is unacceptable, so that the worker must end
	Again   string `json:"again,omitempty"`   // why it has to be delivered again, including its evidence
}

// Validate returns what is wrong with a message.
func (r *Receipt) Validate() error { return short(r.Refused, r.Again) }

var (
	findingID = regexp.MustCompile(`^[0-9a-f]{10}$`)
	digest    = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// Validate returns what is wrong with a message.
func (r *Result) Validate() error {
	err := short(r.Worker, r.Campaign, r.Build.ID, r.Build.Version, r.Build.Commit)
	if r.Cell == nil && (r.Canary == nil || r.Canary.Caught) {
		return errors.New("result without a cell")
	}
	if len(r.Deaths) > listMax || len(r.Evidence) > FindingsMax {
		return fmt.Errorf("%d deaths, and evidence of %d findings", len(r.Deaths), len(r.Evidence))
	}
	for i := range r.Deaths {
		err = errors.Join(err, short(r.Deaths[i].Process, r.Deaths[i].Cause))
		if r.Deaths[i].Finding != nil {
			err = errors.Join(err, errors.New("finding in a death; findings belong to cells"))
		}
	}
	for _, e := range r.Evidence {
		if !findingID.MatchString(e.ID) || !digest.MatchString(e.SHA256) || e.Bytes < 0 || e.Bytes > EvidenceBytesMax {
			err = errors.Join(err, fmt.Errorf("evidence %.80q of finding %.80q with %d bytes", e.SHA256, e.ID, e.Bytes))
		}
	}
	if c := r.Canary; c != nil {
		err = errors.Join(err, place(c.Lap, 0), short(c.Reason), counts([]int{c.Images}, c.Seconds))
	}
	if r.Cell != nil {
		err = errors.Join(err, validCell(r.Cell))
	}
	return err
}

func validCell(c *ledger.Cell) error {
	err := errors.Join(place(c.Lap, c.Cell), short(c.Workload, c.Fault, c.TraceHash), short(c.Reasons...),
		counts([]int{c.Runs, c.CrashPoints, c.Exhaustive, c.Images, c.Nested}, c.Seconds))
	switch c.Outcome {
	case ledger.Passed, ledger.Failed, ledger.Unclear, ledger.Lost:
	default:
		err = errors.Join(err, fmt.Errorf("outcome %.80q", c.Outcome))
	}
	if len(c.Findings) > FindingsMax || len(c.Reasons) > listMax || len(c.Profiles) > listMax || len(c.Goals) > listMax {
		return errors.Join(err, errors.New("list too long"))
	}
	for _, all := range []map[string]int{c.Profiles, c.Goals} {
		for name, n := range all {
			err = errors.Join(err, short(name), counts([]int{n}, 0))
		}
	}
	for i := range c.Findings {
		f := &c.Findings[i]
		err = errors.Join(err, short(f.Judge, f.Class, f.Sentence, f.Workload, f.Fault, f.Token), counts([]int{f.Count}, 0))
		if !findingID.MatchString(f.ID) {
			err = errors.Join(err, fmt.Errorf("finding %.80q", f.ID))
		}
	}
	return err
}

// counts refuses numbers that cannot be a count, and seconds that cannot be a duration.
func counts(numbers []int, seconds float64) error {
	for _, n := range numbers {
		if n < 0 || n > lapMax {
			return fmt.Errorf("count of %d: out of range", n)
		}
	}
	if math.IsNaN(seconds) || seconds < 0 || seconds > lapMax {
		return fmt.Errorf("%v seconds: out of range", seconds)
	}
	return nil
}
