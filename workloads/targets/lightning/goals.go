package lightning

import (
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// goals returns the situations in which the engine's crash safety depends on the order of its own steps; see the table
// of crash safety in the engine's doc.go.
func goals() []torture.Goal {
	return slices.Concat([]torture.Goal{
		{Name: "log-unsynced", Text: "a log is written but not synced", Watch: torture.Between("write *.log", "sync *.log")},
		{Name: "log-torn", Text: "a log record may be partly written", Watch: torture.Torn("*.log")},
		{Name: "log-unnamed", Text: "the name of a new log is not durable", Watch: torture.Between("create *.log", "sync .")},
		{Name: "several-logs", Text: "recovery finds two or more immutable memtables", Watch: torture.Several("*.log", 3)},
		{Name: "table-unsynced", Text: "a table is written but not synced", Watch: torture.Between("write *.sst", "sync *.sst")},
		{Name: "table-unnamed", Text: "a table is synced but its name is not durable", Watch: torture.Between("sync *.sst", "sync .")},
		{
			Name: "edit-unsynced", Text: "a manifest edit is written but not synced",
			Watch: torture.Between("write MANIFEST-*", "sync MANIFEST-*"),
		},
		{Name: "edit-torn", Text: "a manifest edit may be partly written", Watch: torture.Torn("MANIFEST-*")},
		{Name: "marker-unnamed", Text: "the name of a new manifest's marker is not durable", Watch: torture.Between("create marker.*", "sync .")},
		{Name: "edit-durable", Text: "an edit is durable, but the files that it made obsolete are still there", Watch: torture.Between("sync MANIFEST-*", "remove *")},
		{Name: "log-removed", Text: "the removal of a log is not durable", Watch: torture.Between("remove *.log", "sync .")},
		{Name: "table-removed", Text: "the removal of a compacted table is not durable", Watch: torture.Between("remove *.sst", "sync .")},
		{Name: "blob-unsynced", Text: "a blob file is written but not synced", Watch: torture.Between("write *.blob", "sync *.blob")},
	}, goalsOfEvents(), goalsOfCopies())
}
