package lightning

import (
	"path"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// storeDir is where the lab puts a store; copies lie elsewhere.
const storeDir = "db"

// goalsOfCopies are the situations of workload lifecycle, which copies the store and opens it again.
func goalsOfCopies() []torture.Goal {
	return []torture.Goal{
		{
			Name: "copy-unfinished", Text: "a checkpoint is being made, and is no store yet",
			Watch: torture.Between("create copy-*", "create marker.*"),
		},
		{Name: "reopened", Text: "the store was opened again, and its earlier manifest may still be there", Watch: reopened},
	}
}

// reopened is the situation from the second marker of the store on, until the directory is synced after the removal of the
// first: a session that is not the first has written something.
func reopened() func(*faultfs.Op) bool {
	markers, removed, open := 0, false, false
	return func(op *faultfs.Op) bool {
		name := path.Base(op.Path)
		switch {
		case op.Path != storeDir && path.Dir(op.Path) != storeDir:
		case op.Kind == faultfs.OpCreate && strings.HasPrefix(name, "marker."):
			markers++
			open, removed = markers > 1, false
		case op.Kind == faultfs.OpRemove && strings.HasPrefix(name, "marker."):
			removed = true
		case op.Kind == faultfs.OpSync && op.Dir && removed:
			open = false
		}
		return open
	}
}
