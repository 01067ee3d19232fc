package bench

import "github.com/lightningdb/lightning-torture/workloads"

// Config says how to open a store for a measurement. Adapters set everything else as the engine's users would, with the
// write-ahead log on and compression off.
type Config struct {
	Dir           string // empty, or with the files of an earlier Open
	MemtableBytes int
	CacheBytes    int64

	// Sync says that all commits ask for Sync, for engines in which this is an option of the store.
	Sync bool
	// FullMemtable asks engines that begin with smaller memtables for a first memtable of MemtableBytes.
	FullMemtable bool
}

// opener opens the same store each time it is called.
type opener = func() (workloads.Store, error)

// Engine describes a key-value engine to be measured.
type Engine struct {
	Name string
	Open func(Config) (workloads.Store, error)
	// NewMemory creates an empty filesystem in memory and returns a function that opens the store on it and may be
	// called repeatedly. Nil if the engine cannot run in memory.
	NewMemory func() func() (workloads.Store, error)
	// MemoryForgets says that a store in memory loses its contents when it is closed.
	MemoryForgets bool
	// NoSyncSurvivesKill says that an acknowledged NoSync commit must survive a kill of the process; losing it is an
	// error.
	NoSyncSurvivesKill bool
	// Lacks maps each work that makes no sense for this engine to the reason.
	Lacks map[string]string
}

// Getter is implemented by stores that can read a key without allocating.
type Getter interface {
	// GetInto returns the newest value of key in dst, grown if necessary. found is false if there is none.
	GetInto(dst, key []byte) (value []byte, found bool, err error)
}
