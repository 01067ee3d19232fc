package engine

import (
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/cache"
)

// counters count since Open.
type counters struct {
	commits, conflicts, logBytes         atomic.Int64
	flushes, flushBytes                  atomic.Int64
	compactions, compactionBytes, stalls atomic.Int64
	tablesDeleted, blobFilesDeleted      atomic.Int64
	blobBytes, blobMovedBytes            atomic.Int64
}

// LevelMetrics tells of one level.
type LevelMetrics struct {
	Tables int
	Bytes  uint64
}

// Metrics tells what a store is made of and has done since Open. Its numbers are from about the same moment.
type Metrics struct {
	Levels         [levels]LevelMetrics
	Memtables      int   // immutable ones
	MemtableBytes  int64 // of all memtables
	Snapshots      int   // open ones, transactions included
	Commits        int64 // batches
	Conflicts      int64 // transactions that lost
	LogBytes       int64 // of commits
	SyncGroups     int64 // syncs of logs, each for all commits that waited
	Syncs          int64 // of all files and directories
	Flushes        int64
	FlushBytes     int64
	Compactions    int64 // moves of whole tables included
	CompactedBytes int64 // written by compactions
	Stalls         int64 // times that writers waited for maintenance
	TablesDeleted  int64

	BlobFiles        int
	BlobBytes        uint64 // of these files
	BlobGarbageBytes uint64 // of these, what no table needs; of files that memtables refer to it is not known, and 0
	BlobBytesWritten int64
	BlobBytesMoved   int64 // of these, by collection of garbage
	BlobFilesDeleted int64

	CacheHits   uint64
	CacheMisses uint64
	CacheBytes  int64
}

// Metrics returns the store's metrics.
func (db *DB) Metrics() Metrics {
	n := &db.counters
	m := Metrics{
		Commits: n.commits.Load(), Conflicts: n.conflicts.Load(), LogBytes: n.logBytes.Load(), Syncs: db.dir.Syncs(),
		Flushes: n.flushes.Load(), FlushBytes: n.flushBytes.Load(), Stalls: n.stalls.Load(),
		Compactions: n.compactions.Load(), CompactedBytes: n.compactionBytes.Load(),
		TablesDeleted: n.tablesDeleted.Load(),
	}
	db.seq.mu.Lock()
	m.SyncGroups = db.seq.groups
	db.seq.mu.Unlock()
	m.BlobBytesWritten, m.BlobBytesMoved = n.blobBytes.Load(), n.blobMovedBytes.Load()
	m.BlobFilesDeleted = n.blobFilesDeleted.Load()
	m.addCache(db.cache.Metrics())
	db.mu.Lock()
	defer db.mu.Unlock()
	m.Memtables, m.Snapshots = len(db.mu.frozen), len(db.mu.snapshots)
	if v := db.mu.view; v != nil {
		for l, tables := range v.version.levels {
			m.Levels[l] = LevelMetrics{len(tables), bytesOf(tables)}
		}
		for _, f := range db.blobs.all() {
			m.BlobFiles++
			m.BlobBytes += f.size.Load()
			if f.young.Load() == 0 {
				m.BlobGarbageBytes += f.garbage(v.version.liveBlobs[f.num])
			}
		}
		for _, table := range v.mems {
			m.MemtableBytes += int64(table.table.Bytes())
		}
	}
	return m
}

func (m *Metrics) addCache(c cache.Metrics) {
	m.CacheHits, m.CacheMisses, m.CacheBytes = c.Hits, c.Misses, c.Bytes
}
