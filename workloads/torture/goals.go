package torture

import (
	"fmt"
	"path"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Goal is a dangerous situation. Power must have been cut in it for a pass to mean something.
type Goal struct {
	Name string
	Text string // one line for people
	// Watch returns a function that is told all operations of a run in turn, and says after each whether a power cut there
	// hits the situation.
	Watch func() func(op *faultfs.Op) bool
}

// GoalCount is how often power was cut in a situation.
type GoalCount struct {
	Name   string `json:"name"`
	Text   string `json:"text"`
	Points int    `json:"points"` // crash points
}

// Between is the situation after an operation and before another one. Both are an operation and a glob for the last element
// of the path, such as "write *.log"; "sync ." is the sync of any directory.
func Between(after, before string) func() func(*faultfs.Op) bool {
	begins, ends := matcher(after), matcher(before)
	return func() func(*faultfs.Op) bool {
		inside := false
		return func(op *faultfs.Op) bool {
			switch {
			case ends(op):
				inside = false
			case begins(op):
				inside = true
			}
			return inside
		}
	}
}

// Torn is the situation in which a file has an unsynced write that may be there only in part.
func Torn(glob string) func() func(*faultfs.Op) bool {
	const sector = 512
	return func() func(*faultfs.Op) bool {
		torn := map[faultfs.Ino]bool{}
		return func(op *faultfs.Op) bool {
			switch {
			case op.Kind == faultfs.OpSync:
				delete(torn, op.Ino)
			case op.Kind == faultfs.OpWrite && named(glob, op.Path) && op.Off/sector < (op.Off+int64(len(op.Data))-1)/sector:
				torn[op.Ino] = true
			}
			return len(torn) > 0
		}
	}
}

// Several is the situation in which there are at least so many files that match a glob.
func Several(glob string, least int) func() func(*faultfs.Op) bool {
	return func() func(*faultfs.Op) bool {
		files := map[string]bool{}
		return func(op *faultfs.Op) bool {
			for _, e := range op.Edits {
				at := fmt.Sprint(e.Parent, e.Name)
				if delete(files, at); e.Ino != 0 && named(glob, e.Name) {
					files[at] = true
				}
			}
			return len(files) >= least
		}
	}
}

// matcher returns the test for an operation and a glob.
func matcher(pattern string) func(*faultfs.Op) bool {
	kind, glob, _ := strings.Cut(pattern, " ")
	return func(op *faultfs.Op) bool {
		if op.Kind.String() != kind {
			return false
		}
		if glob == "." {
			return op.Dir
		}
		return named(glob, op.Path)
	}
}

func named(glob, name string) bool {
	ok, err := path.Match(glob, path.Base(name))
	return ok && err == nil
}

// goals returns what power cuts of any store are about, and what those of a target are about.
func (t *Target) goals() []Goal {
	return append([]Goal{
		{"unsynced-write", "power is cut while a write is not synced", Between("write *", "sync *")},
		{"torn-write", "power is cut while a write of several sectors is not synced", Torn("*")},
		{"unsynced-name", "power is cut while the name of a new file is not durable", Between("create *", "sync .")},
	}, t.Goals...)
}

// situations returns for each tick of the trace the goals that a power cut there hits, by their index.
func situations(goals []Goal, trace []faultfs.Op) map[uint64][]int {
	hits := map[uint64][]int{}
	for i := range goals {
		watch := goals[i].Watch()
		for k := range trace {
			if op := &trace[k]; watch(op) && op.Changes() {
				hits[op.Tick] = append(hits[op.Tick], i)
			}
		}
	}
	return hits
}

// missed says which goals a run did not reach. Only the default run has to reach them: one that is narrowed to a workload, a
// fault or a size, or that stops at its first finding, may have no way to.
func (c *campaign) missed() []string {
	if !c.demanding {
		return nil
	}
	var reasons []string
	for _, g := range c.goals {
		if g.Points == 0 {
			reasons = append(reasons, fmt.Sprintf("goal %s was not reached: %s", g.Name, g.Text))
		}
	}
	return reasons
}
