package page

// Finding is something that was wrong. All but Sentence may be empty.
type Finding struct {
	Sentence string // what was lost, or wrong
	Origin   string // where it was seen, and how often
	Notes    []string
	Promise  string // what was promised, in a sentence
	Changes  []Change
	Left     int // further changes, which are not shown
	Why      *Why
	Sibling  *Sibling
	Crashes  []Crash
	Commits  []Commit
	Evidence []string
	Replay   string // the line to paste that shows it again
	Fidelity string // how faithfully that line repeats it
	File     string // the saved evidence
	Test     string // the line that runs its Go test
	Crash    uint64 // the tick of the power cut; 0: there was none
	Trace    []Op   // operations of the disk up to the power cut, oldest first
}

// Why is the order that was missing.
type Why struct {
	Sentence string // text between backticks is code
	Order    []Site
}

// Role is the part that an operation has in a missing order.
type Role string

// The roles.
const (
	Missing Role = "missing" // it was not durable
	By      Role = "by"      // it came first
	Beside  Role = "beside"  // it covered the other half only
)

// Site is an operation, and where in the source it is made, if that is known.
type Site struct {
	Role    Role
	Caption string
	Tick    uint64
	Op      string
	Path    string
	Part    bool // it is a part of the operation
	Source  string
	Stack   []string // the calls of whatever was tested, innermost first
}

// Acknowledgement is the Op.Op of what a client or a program was told.
const Acknowledgement = "acknowledged"

// roleOf returns the part that an operation has in the missing order; empty: it has none.
func (f *Finding) roleOf(op Op) Role {
	if f.Why == nil {
		return ""
	}
	for _, s := range f.Why.Order {
		if s.Tick == op.Tick {
			return s.Role
		}
	}
	return ""
}

// Op is an operation of the disk, or an acknowledgement between two of them.
type Op struct {
	Tick uint64
	Op   string // write, sync, rename, ..., or Acknowledgement
	Path string // for a rename: "old -> new"; empty for an acknowledgement
	Note string
	Fate string // durable, kept, lost, torn, unseen; empty for what changes nothing
}

func (o Op) acknowledges() bool { return o.Op == Acknowledgement }

// Change is a key that is not what it should be after recovery.
type Change struct {
	Key  string
	Want string // empty: it should be absent
	Got  string // empty: it is absent
	By   string // what should have made it so
}

// Sibling is the image that differs from one that fails by one operation, and passes.
type Sibling struct {
	Sentence string
	Site     Site
	Kept     bool // the sibling has the operation, and the one that fails has lost it; otherwise it is the other way round
}

// Crash is a power cut along the run, and what came of the disks that it could have left.
type Crash struct {
	Tick    uint64
	Images  int // that were recovered
	Failing int // those of Images that failed in this way
}

// Commit is what was acknowledged before the power cut, and by when it was durable.
type Commit struct {
	Name  string
	Acked uint64
	By    uint64 // it could not be lost from this tick on: Acked if that was so at once, 0 if never before the power cut
}
