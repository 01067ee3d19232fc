package engine

import (
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/cache"
	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// counters count since Open.
type counters struct {
	commits, conflicts                   atomic.Int64
	logBytes, committedBytes             atomic.Int64
	flushes, flushBytes                  atomic.Int64
	compactions, compactionBytes, stalls atomic.Int64
	tablesDeleted, blobFilesDeleted      atomic.Int64
	blobBytes, blobMovedBytes            atomic.Int64
}

// LevelMetrics describes one level.
type LevelMetrics struct {
	Tables int
	Bytes  uint64
}

// Metrics says what a store consists of and what it has done since Open. Its numbers are read one after the other, not
// at one instant.
type Metrics struct {
	Levels         [view.Levels]LevelMetrics
	Memtables      int   // immutable memtables
	MemtableBytes  int64 // size of all memtables
	Snapshots      int   // open snapshots, transactions included
	Commits        int64 // committed batches
	Conflicts      int64 // transactions that lost
	LogBytes       int64 // bytes of commits in logs; large values are not in logs
	CommittedBytes int64 // bytes of commits: keys, values and a few bytes per write, wherever they went
	SyncGroups     int64 // how often a leader set out to sync the logs for all commits that waited
	Syncs          int64 // syncs of files and directories
	SyncLatency    Latency
	WrittenBytes   int64 // bytes written to files of the store: logs, tables, blob files, manifests
	Flushes        int64
	FlushBytes     int64
	Compactions    int64 // including moves of whole tables
	CompactedBytes int64 // bytes written by compactions
	Stalls         int64 // times that writers waited for maintenance
	TablesDeleted  int64

	// What is the matter now, if anything is.
	CompactionsRunning int  // without one that Compact was called for
	Stalled            bool // writers wait for maintenance, or the next one that needs a new memtable will
	OutOfRoom          bool // maintenance found no room for a file and waits until somebody needs it, see ErrNoRoom
	Poisoned           bool // nothing is written any more, see ErrPoisoned

	BlobFiles        int
	BlobBytes        uint64 // size of the blob files
	BlobGarbageBytes uint64 // those of BlobBytes that no table needs; files that memtables refer to count as having none
	BlobBytesWritten int64
	BlobBytesMoved   int64 // those of BlobBytesWritten that garbage collection moved
	BlobFilesDeleted int64

	OpenFiles   int // tables and blob files that are open now
	CacheHits   uint64
	CacheMisses uint64
	CacheBytes  int64
}

// Latency is how long calls took: how many fell into each of the buckets of LatencyBounds, how many took longer, and the
// sum. It is empty if the store has no Clock.
type Latency = durable.Latency

// LatencyBounds are the buckets of a Latency.
var LatencyBounds = durable.LatencyBounds

// WriteAmplification returns how many bytes went to the disk since Open for each byte that was committed (keys, values
// and a few bytes per write); 0 if nothing was.
func (m *Metrics) WriteAmplification() float64 { return ratio(m.WrittenBytes, m.CommittedBytes) }

// SpaceAmplification returns the size of all tables divided by that of the deepest level that has any; 0 if there are
// no tables.
func (m *Metrics) SpaceAmplification() float64 {
	var all, deepest uint64
	for _, l := range m.Levels {
		all += l.Bytes
		if l.Bytes > 0 {
			deepest = l.Bytes
		}
	}
	return ratio(int64(all), int64(deepest))
}

// ReadAmplification returns how many tables and memtables a lookup may have to ask: each memtable, each table of level
// 0 and one of each other level that has any.
func (m *Metrics) ReadAmplification() int {
	sources := m.Memtables + m.Levels[0].Tables
	for _, l := range m.Levels[1:] {
		sources += min(l.Tables, 1)
	}
	return sources
}

func ratio(a, b int64) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// Metrics returns the store's metrics.
func (db *DB) Metrics() Metrics {
	n := &db.counters
	m := Metrics{
		Commits: n.commits.Load(), Conflicts: n.conflicts.Load(), LogBytes: n.logBytes.Load(), CommittedBytes: n.committedBytes.Load(),
		Syncs:       db.dir.Syncs(),
		SyncLatency: db.dir.SyncLatency(), WrittenBytes: db.dir.Bytes(),
		Flushes: n.flushes.Load(), FlushBytes: n.flushBytes.Load(), Stalls: n.stalls.Load(),
		Compactions: n.compactions.Load(), CompactedBytes: n.compactionBytes.Load(),
		TablesDeleted: n.tablesDeleted.Load(),
	}
	m.SyncGroups = db.seq.SyncGroups()
	m.BlobBytesWritten, m.BlobBytesMoved = n.blobBytes.Load(), n.blobMovedBytes.Load()
	m.BlobFilesDeleted = n.blobFilesDeleted.Load()
	m.addCache(db.cache.Metrics())
	m.OpenFiles = db.files.Files.Files()
	m.Poisoned = !db.opts.ReadOnly && db.dir.Poisoned() != nil
	db.mu.Lock()
	defer db.mu.Unlock()
	m.Memtables, m.CompactionsRunning, m.OutOfRoom = len(db.mu.frozen), len(db.mu.running), db.mu.noRoom != nil
	for _, open := range db.mu.snapshots {
		m.Snapshots += open
	}
	if v := db.view.Load(); v != nil {
		_, m.Stalled = db.stall()
		for l, tables := range v.Version.Levels {
			m.Levels[l] = LevelMetrics{len(tables), view.BytesOf(tables)}
		}
		for _, f := range db.blobs.All() {
			m.BlobFiles++
			m.BlobBytes += f.Size.Load()
			if f.Young.Load() == 0 {
				m.BlobGarbageBytes += f.Garbage(v.Version.LiveBlobs[f.Num])
			}
		}
		for _, table := range v.Mems {
			m.MemtableBytes += int64(table.Bytes())
		}
	}
	return m
}

func (m *Metrics) addCache(c cache.Metrics) {
	m.CacheHits, m.CacheMisses, m.CacheBytes = c.Hits, c.Misses, c.Bytes
}
