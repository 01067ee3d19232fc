package lightning

import (
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// The events of goals.
const (
	manifestRolled   = "manifest rolled"
	commitsForgotten = "commits forgotten"
	stalled          = "writers wait: " // followed by what they wait for
	compacting       = "compacting: "   // followed by the reason
)

// endOfMerge is the operation that installs the result of a merge.
const endOfMerge = "sync MANIFEST-*"

// goalsOfEvents returns the situations that the engine's event listener reports or that the content of its logs shows.
func goalsOfEvents() []torture.Goal {
	return []torture.Goal{
		{
			Name: "manifest-rolled", Text: "a manifest grew too long and was replaced while the store was open; the old one may still be there",
			Event: manifestRolled, Until: "sync .", Limits: torture.Limits{"manifest-roll": 256, "manifest-growth": 1},
		},
		{
			Name: "conflict-window", Text: "more commits were made during a transaction than are remembered for it",
			Event: commitsForgotten, Limits: torture.Limits{"conflict-keys": 2},
		},
		{
			Name: "record-in-three", Text: "a log record of three or more chunks is not synced", Watch: threeChunks,
			Limits: torture.Limits{"blob-value": -1, "large-value": 1 << 20},
		},
		{Name: "stalled-by-flush", Text: "writers wait for a flush", Event: stalled + engine.StallMemtables.String(), Until: "sync *.sst"},
		{Name: "stalled-by-compaction", Text: "writers wait for a compaction", Event: stalled + engine.StallLevel0.String(), Until: "remove *.sst"},
		{
			Name: "tombstones-merged", Text: "a table is being merged because it is mostly tombstones",
			Event: compacting + engine.CompactionTombstones.String(), Until: endOfMerge,
		},
		{
			Name: "blobs-collected", Text: "a table is being merged because a blob file is mostly garbage",
			Event: compacting + engine.CompactionBlobs.String(), Until: endOfMerge,
		},
		{
			Name: "small-merged", Text: "small tables are being merged because there are too many",
			Event: compacting + engine.CompactionSmall.String(), Until: endOfMerge,
			Limits: torture.Limits{"small-tables": 1, "level0": 1, "table": 256 << 10, "memtable": 2 << 10},
		},
	}
}

// session is what the listener must remember about an open store to interpret its events.
type session struct {
	rolls   atomic.Int64
	closing atomic.Bool
}

// listener notes the events that goals need. The first manifest of a session and the one written by Close do not count
// as rolled, because every session has them.
func listener(env torture.Env, s *session) *engine.EventListener {
	return &engine.EventListener{
		ManifestRolled: func(uint64) {
			if s.rolls.Add(1) > 1 && !s.closing.Load() {
				env.Note(manifestRolled)
			}
		},
		CommitsForgotten: func(uint64) { env.Note(commitsForgotten) },
		WriteStall:       func(i engine.StallInfo) { env.Note(stalled + i.Reason.String()) },
		CompactionBegin:  func(i engine.CompactionInfo) { env.Note(compacting + i.Reason.String()) },
	}
}

// The layout of a log; see engine/FORMAT.md.
const (
	logBlock   = 32 << 10
	chunkKind  = 6 // offset of the chunk type in a chunk header
	middlePart = 3
)

// threeChunks watches for a log that has an unsynced middle chunk: one that is neither the first nor the last of its
// record. Such a chunk fills a whole block, so its header is at the start of the block.
func threeChunks() func(*faultfs.Op) bool {
	open := map[faultfs.Ino]bool{}
	inLog := torture.Between("write *.log", "sync *.log")()
	return func(op *faultfs.Op) bool {
		if op.Kind == faultfs.OpSync {
			delete(open, op.Ino)
		}
		if inLog(op) && op.Kind == faultfs.OpWrite && hasMiddle(op) {
			open[op.Ino] = true
		}
		return len(open) > 0
	}
}

// hasMiddle reports whether a write to a log contains the header of a middle chunk.
func hasMiddle(op *faultfs.Op) bool {
	for at := (op.Off+logBlock-1)/logBlock*logBlock + chunkKind; at < op.Off+int64(len(op.Data)); at += logBlock {
		if op.Data[at-op.Off] == middlePart {
			return true
		}
	}
	return false
}
