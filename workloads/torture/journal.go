package torture

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/worst"
)

// An engine that ends the process ends the campaign that runs in it. A campaign whose options name a journal therefore
// records its progress after each run that it has explored, and a new process continues from there. The run that was
// in progress is lost and not repeated, since it would end the next process as well. See Outlive for who starts that
// process.

// journal is the progress of a campaign.
type journal struct {
	Began     time.Time
	Cells     []*cell
	Figures   *figures
	Findings  []written
	Runs      int64
	Unknown   int64
	Finished  int64 // complete cells
	Points    int64
	Images    int64
	Failures  int64
	Shapes    []uint64
	LooksVary bool
	Worst     *worst.Worst
	lasting
}

// lasting is the part of a campaign's state that is recorded as it is.
type lasting struct {
	Deaths    []death // of earlier processes
	CutOff    int     // number of runs that took too long and were cut off
	Steered   int     // number of runs recorded in search of goals
	Hopeless  string  // why the campaign cannot continue, such as a store that does not open; empty: it can
	Thin      string  // the complaint that the engine writes suspiciously little; empty: there is none
	Finishing bool    // only the shrinking of findings is left
}

// death is the death of a process of the campaign.
type death struct {
	Token string // of the run in progress
	Found string // the ID of its finding; empty: the engine stopped as promised
}

// maxDeaths is the number of deaths after which a campaign gives up.
const maxDeaths = 64

// writeJournal records the progress. The file is replaced by a rename, so it is complete even if the process dies at
// any point. It is not synced; only a power cut of the host may lose it.
func (c *campaign) writeJournal() error {
	if c.opts.Journal == "" || c.opts.Scenario == plan.SmallName {
		return nil
	}
	p := c.progress
	text, err := json.Marshal(journal{
		Began: p.begin, Cells: c.cells, Figures: c.figures, Findings: c.findings.written(),
		Runs: p.runs.Load(), Unknown: p.unknown.Load(), Finished: p.complete.Load(),
		Points: p.explored.Points.Load(), Images: p.explored.Images.Load(), Failures: p.explored.Failures.Load(),
		Shapes: c.shapes.All(), LooksVary: c.looks.Vary(),
		Worst: &c.worst, lasting: c.lasting,
	})
	if err != nil {
		return err
	}
	err = replaceJournal(c.opts.Journal, text)
	if err != nil && c.findings.len() > 0 {
		return nil // on a full disk, what was found is worth more than going on after a death of the process
	}
	return err
}

func replaceJournal(name string, text []byte) error {
	next := name + ".next"
	err := os.WriteFile(next, text, 0o600)
	if err == nil {
		err = os.Rename(next, name)
	}
	if err != nil {
		return fmt.Errorf("%w: journal: %w", ErrHost, err)
	}
	return nil
}

// readJournal reads the journal into j, if the file exists. Fields that are not stored keep their values.
func readJournal(name string, j *journal) (found bool, err error) {
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		err = json.Unmarshal(text, j)
	}
	if err != nil {
		return false, fmt.Errorf("%w: journal %s: %w; remove it to start over", ErrHost, name, err)
	}
	return true, nil
}

// resume continues from the journal, if there is one.
func (c *campaign) resume() error {
	if c.opts.Journal == "" {
		return nil
	}
	j := journal{Figures: c.figures, Worst: &c.worst}
	found, err := readJournal(c.opts.Journal, &j)
	if err != nil || !found {
		return errors.Join(err, c.writeJournal())
	}
	for _, noted := range j.Cells {
		i := slices.IndexFunc(c.cells, func(own *cell) bool { return own.name() == noted.name() })
		if i >= 0 {
			noted.series = c.cells[i].series
		}
		noted.Deaths = 0 // counted below
		if noted.Result.Injected == nil {
			noted.Result.Injected = map[string]uint64{} // JSON omits empty maps
		}
	}
	p := c.progress
	p.begin, c.cells, p.cells = j.Began, j.Cells, len(j.Cells)
	c.lasting = j.lasting
	for _, shape := range j.Shapes {
		c.shapes.Add(shape)
	}
	if c.opts.For > 0 {
		c.deadline = p.begin.Add(c.opts.For)
	}
	p.runs.Store(j.Runs)
	p.unknown.Store(j.Unknown)
	p.complete.Store(j.Finished)
	p.explored.Points.Store(j.Points)
	p.explored.Images.Store(j.Images)
	p.explored.Failures.Store(j.Failures)
	c.touched = j.Images > 0
	if j.LooksVary {
		c.looks.Stray()
	}
	c.findings.restore(j.Findings)
	c.countDeaths()
	return nil
}

// countDeaths counts the deaths of earlier processes in the cells whose runs they interrupted.
func (c *campaign) countDeaths() {
	c.lost = map[string]bool{}
	for _, d := range c.Deaths {
		c.lost[d.Token] = true
		_, s, _, err := evidence.DecodeToken(d.Token, []Target{c.target})
		for _, cell := range c.cells {
			if err == nil && cell.name() == evidence.CellName(s.Workload, s.Fault) {
				cell.Deaths++
			}
		}
	}
	if len(c.Deaths) >= maxDeaths {
		c.Hopeless = fmt.Sprintf("the engine ended the process %d times", len(c.Deaths))
	}
}

// isLost reports whether the engine ended an earlier process in the run of s.
func (c *campaign) isLost(s plan.Spec) bool {
	return len(c.lost) > 0 && c.lost[evidence.Token(c.target.Name, s, evidence.Place{})]
}
