package exporter

import (
	"strconv"

	"github.com/lightningdb/lightning-torture/engine"
)

// table has every metric, starting with those that say whether the store is well.
var table = []metric{
	gauge("poisoned", "1 if the store accepts no writes until it is opened again, else 0.",
		func(r *reading) float64 { return truth(r.Poisoned) }),
	gauge("out_of_room", "1 if a flush or compaction is waiting for room on the disk, else 0.",
		func(r *reading) float64 { return truth(r.OutOfRoom) }),
	gauge("stalled", "1 if writers are waiting for maintenance, or the next one to need a new memtable will, else 0.",
		func(r *reading) float64 { return truth(r.Stalled) }),
	series(Counter, "stalls_total", "reason", "Times that writers had to wait for maintenance.",
		func(r *reading, show func(float64, ...string)) {
			for i, reason := range stallReasons {
				show(float64(r.events.stalls[i].Load()), reason)
			}
		}),
	series(Gauge, "disk_free_bytes", "", "Bytes left on the store's filesystem; only if that is the operating system's.", freeBytes),

	counter("commits_total", "Committed batches.", func(r *reading) int64 { return r.Commits }),
	counter("committed_bytes_total", "Bytes of commits: keys, values and a few bytes per write.", func(r *reading) int64 { return r.CommittedBytes }),
	counter("conflicts_total", "Transactions that were rejected because of a conflict.", func(r *reading) int64 { return r.Conflicts }),
	counter("commits_forgotten_total", "Times that recent commits were forgotten while a transaction was open, which may then be rejected without a conflict.",
		func(r *reading) int64 { return r.events.commitsForgotten.Load() }),
	gauge("snapshots", "Open snapshots, transactions included.", func(r *reading) float64 { return float64(r.Snapshots) }),

	counter("log_bytes_total", "Bytes of commits in logs.", func(r *reading) int64 { return r.LogBytes }),
	counter("logs_created_total", "Logs created.", func(r *reading) int64 { return r.events.logs.Load() }),
	counter("written_bytes_total", "Bytes written to files of the store.", func(r *reading) int64 { return r.WrittenBytes }),
	counter("sync_groups_total", "Times that the logs were synced on behalf of all waiting commits.", func(r *reading) int64 { return r.SyncGroups }),
	counter("syncs_total", "Syncs of files and directories started.", func(r *reading) int64 { return r.Syncs }),
	gauge("syncs_running", "Syncs that have not returned; 0 if syncs are not timed.", syncsRunning),
	{
		Metric: Metric{Name: "lightning_sync_duration_seconds", Kind: Histogram, Help: "Duration of syncs of files and directories."},
		times:  func(r *reading) engine.Latency { return r.SyncLatency },
	},

	gauge("memtables", "Immutable memtables waiting for a flush.", func(r *reading) float64 { return float64(r.Memtables) }),
	gauge("memtable_bytes", "Size of all memtables.", func(r *reading) float64 { return float64(r.MemtableBytes) }),
	counter("flushes_total", "Flushes of memtables to tables.", func(r *reading) int64 { return r.Flushes }),
	counter("flushed_bytes_total", "Bytes written by flushes.", func(r *reading) int64 { return r.FlushBytes }),

	gauge("compactions_running", "Compactions now running, except one started by Compact.",
		func(r *reading) float64 { return float64(r.CompactionsRunning) }),
	series(Counter, "compactions_total", "reason", "Finished compactions, including moves of whole tables.",
		func(r *reading, show func(float64, ...string)) {
			for i, reason := range compactionReasons {
				show(float64(r.events.compactions[i].Load()), reason)
			}
		}),
	counter("compacted_bytes_total", "Bytes written by compactions.", func(r *reading) int64 { return r.CompactedBytes }),
	counter("dropped_entries_total", "Entries that compactions read and dropped.", func(r *reading) int64 { return r.events.dropped.Load() }),
	series(Gauge, "tables", "level", "Tables of each level.", func(r *reading, show func(float64, ...string)) {
		for level, l := range r.Levels {
			show(float64(l.Tables), strconv.Itoa(level))
		}
	}),
	series(Gauge, "table_bytes", "level", "Size of the tables of each level.", func(r *reading, show func(float64, ...string)) {
		for level, l := range r.Levels {
			show(float64(l.Bytes), strconv.Itoa(level))
		}
	}),
	counter("tables_deleted_total", "Tables removed.", func(r *reading) int64 { return r.TablesDeleted }),
	gauge("space_amplification", "Size of all tables divided by that of the deepest level; 0 without tables.", func(r *reading) float64 { return r.SpaceAmplification() }),
	gauge("read_amplification", "Tables and memtables that a lookup may have to consult.", func(r *reading) float64 { return float64(r.ReadAmplification()) }),

	gauge("blob_files", "Blob files.", func(r *reading) float64 { return float64(r.BlobFiles) }),
	gauge("blob_bytes", "Size of the blob files.", func(r *reading) float64 { return float64(r.BlobBytes) }),
	gauge("blob_garbage_bytes", "Bytes of blob files that no table needs.", func(r *reading) float64 { return float64(r.BlobGarbageBytes) }),
	counter("blob_written_bytes_total", "Bytes written to blob files.", func(r *reading) int64 { return r.BlobBytesWritten }),
	counter("blob_moved_bytes_total", "Bytes of blob files rewritten by garbage collection.", func(r *reading) int64 { return r.BlobBytesMoved }),
	counter("blob_files_deleted_total", "Blob files removed.", func(r *reading) int64 { return r.BlobFilesDeleted }),

	counter("cache_hits_total", "Block reads served from the cache.", func(r *reading) int64 { return int64(r.CacheHits) }),
	counter("cache_misses_total", "Block reads served from a file.", func(r *reading) int64 { return int64(r.CacheMisses) }),
	gauge("cache_bytes", "Size of the cached blocks.", func(r *reading) float64 { return float64(r.CacheBytes) }),
	gauge("open_files", "Tables and blob files that are open.", func(r *reading) float64 { return float64(r.OpenFiles) }),

	counter("checkpoints_total", "Checkpoints made.", func(r *reading) int64 { return r.events.checkpoints.Load() }),
	counter("manifests_rolled_total", "Manifests created.", func(r *reading) int64 { return r.events.manifests.Load() }),
}

func gauge(name, help string, value func(*reading) float64) metric {
	return metric{Metric: Metric{Name: "lightning_" + name, Kind: Gauge, Help: help}, value: value}
}

func counter(name, help string, value func(*reading) int64) metric {
	return metric{
		Metric: Metric{Name: "lightning_" + name, Kind: Counter, Help: help},
		value:  func(r *reading) float64 { return float64(value(r)) },
	}
}

// series is a metric with any number of values. Without a label it has at most one.
func series(kind Kind, name, label, help string, values func(*reading, func(float64, ...string))) metric {
	m := metric{Metric: Metric{Name: "lightning_" + name, Kind: kind, Help: help}, values: values}
	if label != "" {
		m.Labels = []string{label}
	}
	return m
}

// syncsRunning is the number of syncs started minus the number that have returned.
func syncsRunning(r *reading) float64 {
	if !r.store.timed {
		return 0
	}
	returned, _ := cumulate(r.SyncLatency)
	return max(float64(r.Syncs)-float64(returned), 0) // a sync may start and end between the two readings
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
