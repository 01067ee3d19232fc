package quota

import "fmt"

// CellPoints is the number of crash points of each cell that are explored however long it takes. It is small enough
// for slow machines, and the points are spread over whole runs.
const CellPoints = 8

// Owed is the work that a cell of the matrix requires.
type Owed struct {
	Points int  // crash points to explore; 0: all of them
	Fault  bool // the fault of the cell has to be injected
	Behind bool // some crash has to come after a commit that must survive it
	Stake  bool // something has to be pending at some crash
}

// Done is the work that the runs of a cell have done.
type Done struct {
	Runs      int
	Points    int // crash points explored, under the profile of the cell
	Images    int
	Injected  uint64 // number of injections of the cell's fault
	Committed int    // acknowledged commits of clients
	Behind    int    // commits that had to survive explored crashes
	AtStake   int    // of Points: something was pending
	Open      int    // crash points left out or explored only in part
}

// Missing says why the work done proves nothing; it returns "" if the cell is complete.
func (o *Owed) Missing(d *Done) string {
	switch {
	case d.Runs == 0:
		return "it never ran"
	case d.Images == 0:
		return "no crash image was recovered"
	case o.Fault && d.Injected == 0:
		return "its fault was never injected"
	case d.Committed == 0:
		return "no commit of a client was acknowledged"
	case o.Behind && d.Behind == 0:
		return "no explored crash came after a commit that had to survive it"
	case d.Points < o.Points:
		return fmt.Sprintf("only %d of the %d required crash points were explored", d.Points, o.Points)
	case o.Stake && d.AtStake == 0 && d.Open > 0:
		return "nothing was pending at any explored crash"
	}
	return ""
}

// Share says how much of the required work of one kind was done.
type Share struct {
	Done int `json:"done"` // at most Owed; further work does not count
	Owed int `json:"owed"`
}

func (s Share) String() string { return fmt.Sprintf("%d of %d", s.Done, s.Owed) }

// Quota is the work that a run requires before its pass means anything, and how much of it was done.
type Quota struct {
	Cells       Share `json:"cells"`        // complete cells of the matrix
	CrashPoints Share `json:"crash_points"` // explored crash points, counted up to what each cell owes
	Commits     Share `json:"commits"`      // cells with a commit that had to survive an explored crash, of the cells that owe one
	Profiles    Share `json:"profiles"`     // crash profiles under which images were recovered
	Goals       Share `json:"goals"`        // dangerous situations in which power was cut, of those that the run must reach
}

// Add adds a cell.
func (q *Quota) Add(o *Owed, d *Done) {
	q.Cells.Owed++
	if o.Missing(d) == "" {
		q.Cells.Done++
	}
	q.CrashPoints.Owed += o.Points
	q.CrashPoints.Done += min(o.Points, d.Points)
	if o.Behind {
		q.Commits.Owed++
		q.Commits.Done += min(1, d.Behind)
	}
}

// Met reports whether all required work is done.
func (q *Quota) Met() bool {
	for _, s := range []Share{q.Cells, q.CrashPoints, q.Commits, q.Profiles, q.Goals} {
		if s.Done < s.Owed {
			return false
		}
	}
	return true
}

func (q *Quota) String() string {
	return fmt.Sprintf("%v cells, %v crash points, %v profiles, %v goals", q.Cells, q.CrashPoints, q.Profiles, q.Goals)
}
