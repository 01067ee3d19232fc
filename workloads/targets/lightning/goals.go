package lightning

import (
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// goals returns the situations in which the engine depends on an order of its own: see the table of crash safety in the
// engine's doc.go.
func goals() []torture.Goal {
	return slices.Concat([]torture.Goal{
		{Name: "log-unsynced", Text: "a log has been written and not synced", Watch: torture.Between("write *.log", "sync *.log")},
		{Name: "log-torn", Text: "a record of a log may be there in part", Watch: torture.Torn("*.log")},
		{Name: "log-unnamed", Text: "the name of a new log is not durable", Watch: torture.Between("create *.log", "sync .")},
		{Name: "several-logs", Text: "recovery finds two immutable memtables, or more", Watch: torture.Several("*.log", 3)},
		{Name: "table-unsynced", Text: "a table has been written and not synced", Watch: torture.Between("write *.sst", "sync *.sst")},
		{Name: "table-unnamed", Text: "a table is synced and its name is not", Watch: torture.Between("sync *.sst", "sync .")},
		{
			Name: "edit-unsynced", Text: "an edit of the manifest has been written and not synced",
			Watch: torture.Between("write MANIFEST-*", "sync MANIFEST-*"),
		},
		{Name: "edit-torn", Text: "an edit of the manifest may be there in part", Watch: torture.Torn("MANIFEST-*")},
		{Name: "marker-unnamed", Text: "the marker of a new manifest has no durable name", Watch: torture.Between("create marker.*", "sync .")},
		{Name: "edit-durable", Text: "an edit is durable and what it made obsolete is still there", Watch: torture.Between("sync MANIFEST-*", "remove *")},
		{Name: "log-removed", Text: "a log has been removed, perhaps not on the disk", Watch: torture.Between("remove *.log", "sync .")},
		{Name: "table-removed", Text: "a compacted table has been removed, perhaps not on the disk", Watch: torture.Between("remove *.sst", "sync .")},
		{Name: "blob-unsynced", Text: "a blob file has been written and not synced", Watch: torture.Between("write *.blob", "sync *.blob")},
	}, goalsOfEvents(), goalsOfCopies())
}
