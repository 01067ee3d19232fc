package lightning

import (
	"path"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// storeDir is where the lab puts the store; copies go elsewhere.
const storeDir = "db"

// reopened is the event that the lab notes when it has opened a store again.
const reopened = "reopened"

// goalsOfCopies returns the situations of workload lifecycle, which copies the store and opens it again.
func goalsOfCopies() []torture.Goal {
	copying := torture.Between("create copy-*", "create marker.*")
	return []torture.Goal{
		{Name: "copy-unfinished", Text: "a checkpoint is being made and is not a store yet", Watch: copying},
		{
			Name: "copy-during-flush", Text: "a checkpoint is being made while a table of the store has no durable name",
			Watch: both(copying, inside(torture.Between("create *.sst", "sync ."))),
		},
		{
			Name: "copy-unnamed", Text: "a copy has its marker, but the marker's name is not durable",
			Watch: outside(torture.Between("create marker.*", "sync .")),
		},
		{
			Name: "backup-unnamed", Text: "a backup is listed, but the name of the list is not durable",
			Watch: torture.Between("rename pending-*", "sync ."),
		},
		{
			Name: "reopened", Text: "the store was opened again while its earlier manifest is still there",
			Event: reopened, Until: "remove marker.*",
		},
	}
}

type watch = func() func(*faultfs.Op) bool

// both holds while a and b both hold.
func both(a, b watch) watch {
	return func() func(*faultfs.Op) bool {
		first, second := a(), b()
		return func(op *faultfs.Op) bool {
			one, other := first(op), second(op)
			return one && other
		}
	}
}

// inside and outside restrict a watch to the directory of the store, or to everything else.
func inside(w watch) watch { return where(w, inStore) }

func outside(w watch) watch {
	return where(w, func(op *faultfs.Op) bool { return !inStore(op) })
}

func inStore(op *faultfs.Op) bool { return op.Path == storeDir || path.Dir(op.Path) == storeDir }

// where restricts a watch to the operations for which picks returns true; other operations leave its state unchanged.
func where(w watch, picks func(*faultfs.Op) bool) watch {
	return func() func(*faultfs.Op) bool {
		at, holds := w(), false
		return func(op *faultfs.Op) bool {
			if picks(op) {
				holds = at(op)
			}
			return holds
		}
	}
}
