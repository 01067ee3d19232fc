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
)

// An engine that ends the process ends the campaign that runs in it. So a campaign whose Options name a journal writes down what
// it has done, after each run that it has explored; and one whose journal is there goes on with what is left. The run that was
// going on is lost, and is not made again: see Outlive for who starts the next process.

// journal is what a campaign has done.
type journal struct {
	Began     time.Time
	Cells     []*cell
	Figures   *figures
	Findings  []written
	Deaths    []death
	Runs      int64
	Unknown   int64
	Finished  int64 // cells that are complete
	Points    int64
	Images    int64
	Failures  int64
	Shapes    int // the most that one of the processes has seen: they cannot be compared
	CutOff    int
	Steered   int // runs that were recorded in search of goals
	LooksVary bool
	Hopeless  string
	Thin      string
	Finishing bool // nothing was left but to make the findings smaller
}

// death is one of a process that worked for a campaign.
type death struct {
	Token string // of the run that was going on
	Found string // the ID of its finding; empty: the engine stopped as it promises to
}

// maxDeaths is after how many deaths a campaign gives up.
const maxDeaths = 64

// writeJournal writes down what was done. Until it has returned, what an earlier call wrote is there: a process may end at any
// time, and only a power cut of the machine may leave neither.
func (c *campaign) writeJournal() error {
	if c.opts.Journal == "" || c.opts.Scenario == plan.SmallName {
		return nil
	}
	p := c.progress
	text, err := json.Marshal(journal{
		Began: p.begin, Cells: c.cells, Figures: c.figures, Findings: c.findings.written(), Deaths: c.deaths,
		Runs: p.runs.Load(), Unknown: p.unknown.Load(), Finished: p.complete.Load(),
		Points: p.explored.Points.Load(), Images: p.explored.Images.Load(), Failures: p.explored.Failures.Load(),
		Shapes: max(c.shapesBefore, c.shapes.Len()), CutOff: c.cutOff, Steered: c.steered, LooksVary: c.looks.Vary(),
		Hopeless: c.hopeless, Thin: c.thin, Finishing: c.finishing,
	})
	if err != nil {
		return err
	}
	return replaceJournal(c.opts.Journal, text)
}

func replaceJournal(name string, text []byte) error {
	next := name + ".next"
	err := os.WriteFile(next, text, 0o600)
	if err == nil {
		err = os.Rename(next, name)
	}
	if err != nil {
		return fmt.Errorf("%w: the journal of the run: %w", ErrHost, err)
	}
	return nil
}

// readJournal reads a journal, if there is one, into a value that has what is not written down.
func readJournal(name string, j *journal) (found bool, err error) {
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		err = json.Unmarshal(text, j)
	}
	if err != nil {
		return false, fmt.Errorf("%w: the journal %s cannot be read: %w", ErrHost, name, err)
	}
	return true, nil
}

// resume goes on from the journal, if there is one.
func (c *campaign) resume() error {
	if c.opts.Journal == "" {
		return nil
	}
	j := journal{Figures: c.figures}
	found, err := readJournal(c.opts.Journal, &j)
	if err != nil || !found {
		return errors.Join(err, c.writeJournal())
	}
	for _, noted := range j.Cells {
		i := slices.IndexFunc(c.cells, func(own *cell) bool { return own.name() == noted.name() })
		if i >= 0 {
			noted.series = c.cells[i].series
		}
		noted.Deaths = 0 // they are counted below
		if noted.Result.Injected == nil {
			noted.Result.Injected = map[string]uint64{} // JSON leaves out empty ones
		}
	}
	p := c.progress
	p.begin, c.cells, p.cells, c.deaths = j.Began, j.Cells, len(j.Cells), j.Deaths
	if c.opts.For > 0 {
		c.deadline = p.begin.Add(c.opts.For)
	}
	p.runs.Store(j.Runs)
	p.unknown.Store(j.Unknown)
	p.complete.Store(j.Finished)
	p.explored.Points.Store(j.Points)
	p.explored.Images.Store(j.Images)
	p.explored.Failures.Store(j.Failures)
	c.shapesBefore, c.cutOff, c.steered, c.hopeless, c.thin, c.finishing = j.Shapes, j.CutOff, j.Steered, j.Hopeless, j.Thin, j.Finishing
	c.touched = j.Images > 0
	if j.LooksVary {
		c.looks.Stray()
	}
	c.findings.restore(j.Findings)
	c.countDeaths()
	return nil
}

// countDeaths counts the deaths of the processes before this one, in the cells whose runs they cost.
func (c *campaign) countDeaths() {
	c.lost = map[string]bool{}
	for _, d := range c.deaths {
		c.lost[d.Token] = true
		_, s, _, err := evidence.DecodeToken(d.Token, []Target{c.target})
		for _, cell := range c.cells {
			if err == nil && cell.name() == evidence.CellName(s.Workload, s.Fault) {
				cell.Deaths++
			}
		}
	}
	if len(c.deaths) >= maxDeaths {
		c.hopeless = fmt.Sprintf("the engine has ended the process %d times", len(c.deaths))
	}
}

// isLost reports whether an engine has ended the process in a run.
func (c *campaign) isLost(s plan.Spec) bool {
	return len(c.lost) > 0 && c.lost[evidence.Token(c.target.Name, s, evidence.Place{})]
}
