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

// Metrics describe the present state of a store and what it has done since Open. The numbers are read one after
// another, not at a single instant.
type Metrics struct {
	Levels         [view.Levels]LevelMetrics
	Memtables      int   // immutable memtables
	MemtableBytes  int64 // size of all memtables
	Snapshots      int   // open snapshots, transactions included
	Commits        int64 // committed batches
	Conflicts      int64 // transactions rejected with ErrConflict
	LogBytes       int64 // bytes of commits in logs; large values are not in logs
	CommittedBytes int64 // bytes of commits: keys, values and a few bytes per write, wherever they are stored
	SyncGroups     int64 // times that one commit synced the logs for all that were waiting
	Syncs          int64 // syncs of files and directories
	SyncLatency    Latency
	WrittenBytes   int64 // bytes written to files of the store: logs, tables, blob files, manifests
	Flushes        int64
	FlushBytes     int64
	Compactions    int64 // including moves of whole tables
	CompactedBytes int64 // bytes written by compactions
	Stalls         int64 // times that writers had to wait for maintenance
	TablesDeleted  int64

	// What is wrong right now, if anything.
	CompactionsRunning int  // not counting one started by Compact
	Stalled            bool // writers are waiting for maintenance, or the next writer that needs a new memtable will wait
	OutOfRoom          bool // maintenance found no room for a file and waits until a writer needs it, see ErrNoRoom
	Poisoned           bool // nothing is written any more, see ErrPoisoned

	BlobFiles        int
	BlobBytes        uint64 // size of the blob files
	BlobGarbageBytes uint64 // the part of BlobBytes that no table needs; a file that memtables refer to counts as having none
	BlobBytesWritten int64
	BlobBytesMoved   int64 // the part of BlobBytesWritten that garbage collection moved
	BlobFilesDeleted int64

	OpenFiles   int // tables and blob files that are open now
	CacheHits   uint64
	CacheMisses uint64
	CacheBytes  int64
}

// Latency is a histogram of call durations: the number of calls in each bucket of LatencyBounds, the number that took
// longer, and the sum. It is empty if the store has no Clock.
type Latency = durable.Latency

// LatencyBounds are the upper bounds of the buckets of a Latency.
var LatencyBounds = durable.LatencyBounds

// WriteAmplification returns the bytes written to disk since Open per byte committed (keys, values and a few bytes per
// write), or 0 if nothing was committed.
func (m *Metrics) WriteAmplification() float64 { return ratio(m.WrittenBytes, m.CommittedBytes) }

// SpaceAmplification returns the total size of all tables divided by the size of the deepest level that has any, or 0
// if there are no tables.
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

// ReadAmplification returns how many memtables and tables a lookup may have to consult: each memtable, each table of
// level 0, and one for each other level that has tables.
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

// Metrics returns a description of the present state of the store and of its work since Open. A closed store has no
// levels, memtables or blob files.
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
