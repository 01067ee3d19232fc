package contract

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Goal is a dangerous situation. A pass means something only if power was cut in it. It is recognized by the
// operations of the disk, or by an event that the target reports.
type Goal struct {
	Name string
	Text string // one line for readers
	// Watch returns a function that is called with each operation of a run in turn. It reports whether a power cut
	// right after the operation hits the situation.
	Watch func() func(op *faultfs.Op) bool
	// Event replaces Watch: the situation begins when the target reports this event with Env.Note, and ends with the
	// operation Until, written as in Between. If Until is empty, it lasts to the end of the run.
	Event, Until string
	// Limits, if set, make the situation likelier. Some of the runs recorded in search of it set them in addition to
	// the limits that they draw.
	Limits Limits
}

// Reopened is the event that the lab itself reports when a run has reopened a store.
const Reopened = "reopened"

// Note is an event reported by a target.
type Note struct {
	Tick  uint64 // the last tick before the event
	Event string
}

// Hits returns the ticks of a run, ascending, at which a power cut hits the goal. notes are in the order of their
// ticks.
func (g *Goal) Hits(trace []faultfs.Op, notes []Note) (ticks []uint64) {
	if g.Event != "" {
		return g.after(trace, notes)
	}
	watch := g.Watch()
	for i := range trace {
		if op := &trace[i]; watch(op) && op.Changes() {
			ticks = append(ticks, op.Tick)
		}
	}
	return ticks
}

func (g *Goal) after(trace []faultfs.Op, notes []Note) (ticks []uint64) {
	ends, open := func(*faultfs.Op) bool { return false }, false
	if g.Until != "" {
		ends = matcher(g.Until)
	}
	for i := range trace {
		op := &trace[i]
		if ends(op) {
			open = false
		}
		for len(notes) > 0 && (i+1 == len(trace) || notes[0].Tick < trace[i+1].Tick) {
			open = open || notes[0].Event == g.Event
			notes = notes[1:]
		}
		if open && op.Changes() {
			ticks = append(ticks, op.Tick)
		}
	}
	return ticks
}

// Between is the situation after one operation and before another. Each is written as the kind of operation and a glob
// for the last element of the path, such as "write *.log". "sync ." is the sync of any directory.
func Between(after, before string) func() func(*faultfs.Op) bool {
	begins, ends := matcher(after), matcher(before)
	return func() func(*faultfs.Op) bool {
		open := false
		return func(op *faultfs.Op) bool {
			switch {
			case ends(op):
				open = false
			case begins(op):
				open = true
			}
			return open
		}
	}
}

// Torn is the situation in which a file has an unsynced write that a crash may tear.
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

// Several is the situation in which at least n files match a glob.
func Several(glob string, n int) func() func(*faultfs.Op) bool {
	return func() func(*faultfs.Op) bool {
		files := map[string]bool{}
		return func(op *faultfs.Op) bool {
			for _, e := range op.Edits {
				at := fmt.Sprint(e.Parent, e.Name)
				if delete(files, at); e.Ino != 0 && named(glob, e.Name) {
					files[at] = true
				}
			}
			return len(files) >= n
		}
	}
}

// matcher returns a function that reports whether an operation matches a pattern, written as in Between.
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

// Matches reports whether the last element of a path matches one of the globs, such as those of a Target.
func Matches(globs []string, name string) bool {
	return slices.ContainsFunc(globs, func(glob string) bool { return named(glob, name) })
}

// GoalsOf returns the goals of every store, followed by those of the target.
func GoalsOf(t *Target) []Goal {
	return append([]Goal{
		{Name: "unsynced-write", Text: "power is cut while a write is not synced", Watch: Between("write *", "sync *")},
		{Name: "torn-write", Text: "power is cut while a write of several sectors is not synced", Watch: Torn("*")},
		{Name: "unsynced-name", Text: "power is cut while the name of a new file is not durable", Watch: Between("create *", "sync .")},
	}, t.Goals...)
}
