package page

// Finding is something that was wrong. All but Sentence may be empty.
type Finding struct {
	Sentence string // what was lost, or wrong
	Origin   string // where it was seen, and how often
	Notes    []string
	Why      *Why
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

// Op is an operation of the disk, or an acknowledgement between two of them.
type Op struct {
	Tick uint64
	Op   string // write, sync, rename, ..., or Acknowledgement
	Path string // for a rename: "old -> new"; empty for an acknowledgement
	Note string
	Fate string // durable, kept, lost, torn, unseen; empty for what changes nothing
}

func (o Op) acknowledges() bool { return o.Op == Acknowledgement }
