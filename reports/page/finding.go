package page

// Finding is a broken promise. All fields but Sentence may be empty.
type Finding struct {
	Sentence string // what went wrong
	Origin   string // where it was seen, and how often
	Notes    []string
	Promise  string // what was promised, in a sentence
	Changes  []Change
	Left     int // number of further changes, which are not shown
	Why      *Why
	Sibling  *Sibling
	Crashes  []Crash
	Commits  []Commit
	Evidence []string
	Replay   string // the command line that reproduces it
	Fidelity string // how faithfully that command reproduces it
	File     string // path of the saved evidence
	Unsaved  string // why it could not be saved
	Test     string // the command line that runs its Go test
	Crash    uint64 // the tick of the first power cut; 0: there was none
	Second   uint64 // the tick of the recovery after it at which power was cut again; 0: it was not
	Trace    []Op   // filesystem operations up to the first power cut, oldest first
}

// Why explains a finding by the ordering that the store failed to enforce.
type Why struct {
	Sentence string // text between backticks is code
	Order    []Site
}

// Role is the part that an operation plays in a missing order.
type Role string

// The roles.
const (
	Missing Role = "missing" // it was not durable
	By      Role = "by"      // it came first
	Beside  Role = "beside"  // a sync that did not cover it
)

// Site is an operation, and the place in the source that issued it, if known.
type Site struct {
	Role    Role
	Caption string
	Tick    uint64
	Op      string
	Path    string
	Part    bool // only part of the operation is meant
	Source  string
	Stack   []string // the stack of the store or program, innermost call first
}

func (s *Site) acknowledges() bool { return s.Op == "acknowledgement" }

// Acknowledgement is the Op.Op of an acknowledgement to a client, or by a program.
const Acknowledgement = "acknowledged"

// roleOf returns the role of an operation of the trace in the missing order, or "" if it has none. An acknowledgement has the tick of
// the operation before it. If power was cut twice, the order may be that of the recovery, which has ticks of its own.
func (f *Finding) roleOf(op Op) Role {
	if f.Why == nil {
		return ""
	}
	for _, s := range f.Why.Order {
		if s.Tick == op.Tick && s.acknowledges() == op.acknowledges() && (f.Second == 0 || s.Path == op.Path) {
			return s.Role
		}
	}
	return ""
}

// Op is a filesystem operation, or an acknowledgement between two of them.
type Op struct {
	Tick uint64
	Op   string // write, sync, rename, ..., or Acknowledgement
	Path string // for a rename: "old -> new"; empty for an acknowledgement
	Note string
	Fate string // durable, kept, lost, torn or unseen; empty if the operation changes nothing
	// Source is the place in the source that issued it, and Stack the calls there, innermost first, if they are known.
	Source string
	Stack  []string
}

func (o Op) acknowledges() bool { return o.Op == Acknowledgement }

// Change is a key with the wrong value after recovery.
type Change struct {
	Key  string
	Want string // empty: the key should be absent
	Got  string // empty: the key is absent
	By   string // the commit that should have written Want
}

// Sibling is an image that passes and differs in one operation from an image that fails.
type Sibling struct {
	Sentence string
	Site     Site
	Kept     bool // the passing image kept the operation and the failing one lost it; if false, the reverse
}

// Crash is a power cut along the run, and the outcome of the images explored there.
type Crash struct {
	Tick    uint64
	Images  int // images recovered
	Failing int // of Images: failed in the same way as the finding
}

// Commit is a commit acknowledged before the power cut.
type Commit struct {
	Name  string
	Acked uint64 // tick of the acknowledgement
	By    uint64 // first tick at which it was durable; Acked if it was durable when acknowledged; 0 if it was not durable before the power cut
}
