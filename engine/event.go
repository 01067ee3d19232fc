package engine

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/engine/internal/picker"
)

// EventListener holds callbacks that report what a store does. Each is called on the goroutine that does the work, so
// it must be quick and must not call the store. Any of them may be nil.
type EventListener struct {
	FlushBegin      func(memtables int)
	FlushDone       func(FlushInfo)
	CompactionBegin func(CompactionInfo) // called before it starts, with what is known by then
	CompactionDone  func(CompactionInfo)
	CheckpointDone  func(CheckpointInfo)
	ManifestRolled  func(fileNum uint64)
	WALCreated      func(fileNum uint64)
	TableDeleted    func(fileNum uint64)
	BlobFileDeleted func(fileNum uint64)
	BackgroundError func(error) // called when the store is poisoned, with the first failed write or the damage that a compaction found
	WriteStall      func(StallInfo)
	// CommitsForgotten is called when the store has no room to remember all recent commits for open transactions. A
	// transaction that began well before that commit may get ErrConflict although nothing conflicts.
	CommitsForgotten func(seq uint64)
}

// FlushInfo describes a flush of memtables.
type FlushInfo struct {
	Memtables int
	Bytes     uint64 // size of the new table in level 0
}

// CompactionInfo describes a merge of tables, or a move of whole tables to a lower level.
type CompactionInfo struct {
	Reason                           CompactionReason
	OutputLevel                      int
	InputTables, OutputTables        int
	InputBytes, OutputBytes, Dropped uint64 // Dropped counts input entries that were not written
	Moved                            bool
}

// CompactionReason says why a compaction was started.
type CompactionReason uint8

// The reasons for a compaction.
const (
	CompactionLevel0     CompactionReason = CompactionReason(picker.Level0)     // level 0 has too many tables
	CompactionSize       CompactionReason = CompactionReason(picker.Size)       // a level is larger than it should be
	CompactionTombstones CompactionReason = CompactionReason(picker.Tombstones) // a table is mostly tombstones
	CompactionBlobs      CompactionReason = CompactionReason(picker.Blobs)      // a blob file that a table refers to is mostly garbage
	CompactionManual     CompactionReason = CompactionReason(picker.Manual)     // Compact was called
	CompactionSmall      CompactionReason = CompactionReason(picker.Small)      // a level has too many small tables
)

func (r CompactionReason) String() string {
	switch r {
	case CompactionLevel0:
		return "too many tables in level 0"
	case CompactionSize:
		return "level too large"
	case CompactionTombstones:
		return "mostly tombstones"
	case CompactionBlobs:
		return "blob file mostly garbage"
	case CompactionManual:
		return "asked for"
	case CompactionSmall:
		return "too many small tables"
	}
	return fmt.Sprintf("CompactionReason(%d)", uint8(r))
}

// CheckpointInfo describes a checkpoint.
type CheckpointInfo struct {
	Dir         string
	Files       int
	CopiedBytes int64 // bytes of files that were copied because they could not be linked
}

// StallInfo describes a write stall.
type StallInfo struct{ Reason StallReason }

// StallReason says what writers are waiting for.
type StallReason uint8

// The reasons for a write stall.
const (
	StallMemtables StallReason = iota // a flush: MemtablesMax memtables are waiting for it
	StallLevel0                       // a compaction: level 0 has too many tables
	StallTables                       // compactions: another level has far too many small tables
)

func (r StallReason) String() string {
	switch r {
	case StallMemtables:
		return "too many memtables"
	case StallLevel0:
		return "too many tables in level 0"
	case StallTables:
		return "too many small tables"
	}
	return fmt.Sprintf("StallReason(%d)", uint8(r))
}

func notify[T any](f func(T), info T) {
	if f != nil {
		f(info)
	}
}
