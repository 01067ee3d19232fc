package bench

import "github.com/lightningdb/lightning-torture/workloads"

// Config is how a store is opened for a measurement. What it does not name, an adapter sets as its engine's users would,
// with the write-ahead log on and compression off.
type Config struct {
	Dir           string // an empty directory, or what an earlier Open left in it
	MemtableBytes int
	CacheBytes    int64

	// Sync says that all commits ask for Sync, for engines that decide this once for a store.
	Sync bool
	// FullMemtable asks for a first memtable of MemtableBytes, of engines that begin with smaller ones.
	FullMemtable bool
}

// opener opens the same store again and again.
type opener = func() (workloads.Store, error)

// Engine is a key-value engine as it can be measured.
type Engine struct {
	Name string
	Open func(Config) (workloads.Store, error)
	// NewMemory makes an empty filesystem in memory and returns what opens the store on it, again and again. Nil if
	// the engine has no such thing.
	NewMemory func() func() (workloads.Store, error)
	// MemoryForgets says that closing a store in memory loses it.
	MemoryForgets bool
	// NoSyncSurvivesKill says that an acknowledged NoSync commit survives a killed process: its loss is an error.
	NoSyncSurvivesKill bool
	// Lacks holds the works that mean nothing for this engine, and why.
	Lacks map[string]string
}

// Getter is implemented by stores that can read a key without making a new slice.
type Getter interface {
	// GetInto returns the newest value of key in dst, which it grows if it must; found is false if there is none.
	GetInto(dst, key []byte) (value []byte, found bool, err error)
}
