package contract

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
	// Watch returns a function that is called with all operations of a run in turn, and reports after each whether a power
	// cut there hits the situation.
	Watch func() func(op *faultfs.Op) bool
}

// Between is the situation after one operation and before another. Each is written as the operation and a glob for the last
// element of the path, such as "write *.log"; "sync ." is the sync of any directory.
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

// Torn is the situation in which a file has an unsynced write of which a crash may keep only a part.
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

// GoalsOf returns the goals of every store, followed by those of a target.
func GoalsOf(t *Target) []Goal {
	return append([]Goal{
		{"unsynced-write", "power is cut while a write is not synced", Between("write *", "sync *")},
		{"torn-write", "power is cut while a write of several sectors is not synced", Torn("*")},
		{"unsynced-name", "power is cut while the name of a new file is not durable", Between("create *", "sync .")},
	}, t.Goals...)
}
