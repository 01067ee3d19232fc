// Package engine is Lightning, an embedded key-value store: a log-structured merge tree with snapshots, atomic batches
// and transactions. It accesses its filesystem only through afero.Fs.
//
// # Reading order
//
// The user's view: db.go, options.go (internal/limits holds what only tests set), metrics.go, event.go, errors.go. A
// commit: batch.go, commit.go, internal/sequencer. Transactions: txn.go, internal/conflict. A read: internal/view,
// view.go, iterator.go, snapshot.go, valuereader.go. Maintenance: maintenance.go, flush.go, compaction.go,
// internal/picker, internal/rewrite, catalog.go. Large values: largevalue.go, blobfile.go. Recovery: recovery.go,
// replay.go. Separate operations: checkpoint.go and internal/image; backup.go, repair.go and inspect.go with the
// packages of the same names; verify.go and internal/verify.
//
// This package holds what needs the locks of a DB. Everything else is in packages below it, which do not import it. It
// exports more names than usual because they are all that users need, and most of its files call one another through DB's
// methods because commits, maintenance and recovery start one another by design.
//
// # Invariants
//
//   - I1: a batch is one log record. It is recovered whole or not at all.
//   - I2: an acknowledged Sync commit survives a power cut. An acknowledged NoSync commit survives a killed process. A
//     Buffered commit is promised nothing beyond its place in the order (I3, I4).
//   - I3: commits are lost only as a suffix. If one is lost, so is every later one, even in later logs and after later recoveries.
//   - I4: commits become visible in the order of their sequence numbers. A Sync commit, and every commit after it,
//     becomes visible only when it is durable; a NoSync commit, likewise, when the operating system has it. So what has
//     once been read is not lost, unless it was written with less than Sync. A checkpoint or backup contains only
//     visible commits.
//   - I5: after the first failed write, sync or removal the store is poisoned: nothing more is written, nothing is
//     retried, and writes return ErrPoisoned. Reads go on. A failed commit never becomes visible, and once its caller
//     has the error, no other commit becomes visible either. Damage met by maintenance poisons the store too. Running
//     out of room for a file on which nothing relies yet does not: see "A full disk" below.
//   - I6: a session builds only on what it has itself made durable. Its first commit moves what was replayed from logs
//     to a new table and starts a new manifest. What an earlier process left may exist only in the page cache: its sync
//     may have failed, and a second sync would not reveal that.
//   - I7: an edit of the manifest fits the state that it changes. A file that any manifest ever named is removed only
//     when a manifest that this session made durable no longer names it, and no reader needs it.
//   - I8: tables of one level below level 0 share no user keys; level 0 is ordered by age. A reader that goes from the
//     memtables through level 0 to the bottom meets newer versions of a key first.
//   - I9: a version of a key that an open snapshot sees is kept.
//   - I10: a transaction reads one snapshot plus its own writes. Under SnapshotIsolation, of two concurrent
//     transactions that write the same key only one commits. Under Serializable, in addition, everything it read is
//     unchanged when it commits, including the gaps in the ranges that it scanned.
//   - I11: damage to durable data is reported as ErrCorrupt, never returned as a wrong value; a torn tail ends a log.
//     If a commit was acknowledged with Sync before another one began, the record of the later one proves that the
//     earlier one is durable, so its damage is never taken for a torn tail. After a session that committed something
//     and whose Close returned nil, the manifest lists the logs and the length of each, so a missing log, a shortened
//     log and a shortened manifest are all detected. The same holds for checkpoints, backups and repaired stores. A
//     missing end can go unnoticed only after a killed process: the last Sync commits and what follows them in the last
//     log, and the last edits of the manifest.
//   - I12: with InlineMaintenance no goroutine is started, and the same calls make the same filesystem operations.
//   - I13: a range delete hides every older version of its keys, wherever it is stored, and nothing newer, exactly as a
//     deletion of each key would. It stays in the tables as long as anything it hides may exist.
//   - I14: before a log record or a manifest that names a table is written, every blob value that it refers to is
//     durable, and so is the name of the blob file, whatever the durability of the commit. If such a value is missing,
//     that is corruption, not a torn tail.
//   - I15: a blob file stays as long as a reference into it can be met: from a live table or one that a reader holds, a
//     memtable that is not flushed or that a reader holds, a log not known to be obsolete, or a commit under way.
//
// DB and Snapshot may be used by any number of goroutines at once; an Iterator, a Batch or a Txn by one at a time.
//
// # Files
//
// FORMAT.md specifies all of them, with the versions of the format and the promises made about them.
//
//	LOCK                              held by the process that has the store open; operating system only
//	marker.000004.MANIFEST-000003     says which manifest is current (internal/manifest)
//	MANIFEST-000003                   the live tables and logs (internal/manifest, internal/wal)
//	000005.log                        the commits of one memtable (internal/wal)
//	000006.sst                        a sorted table (internal/sst)
//	000007.blob                       values that tables and logs refer to (internal/blob)
//
// Sequence numbers run without a gap from the tables through the logs, in the order of the file numbers. Markers have
// numbers of their own. All other files share one counter, which is always above every number on disk.
//
// # Crash safety
//
//	operation   steps, in order                                     a crash in between leaves, and recovery does
//	-----------------------------------------------------------------------------------------------------------------
//	create      make directory, sync its parent; manifest as below  no valid marker, no table, no log: creates anew
//	manifest    write and sync it; sync directory; write and sync   a manifest or marker that is not valid: the
//	            the marker; sync directory; remove the older ones   older marker holds, the leftovers are removed
//	first       replayed memtables to a table (flush); manifest of  as for these
//	 commit     this session
//	new log     create; sync directory                              a log without bytes: removed
//	commit      append to the log; NoSync: write it; Sync: sync     a torn record at the end: dropped
//	            the logs behind, mark this one, sync it; publish
//	 of a large write and sync the blob file; if it is new, sync    a blob file that nothing refers to: removed; or
//	 value      the directory; then as above                        bytes at its end: garbage
//	rotation    write the whole log, then create the next, which    the older one cut short: the later ones, which then
//	            begins with number and length of the older one      hold no Sync commit, are removed, the last first
//	flush,      write and sync tables and blob files; sync          files that no edit names: removed; those that an
//	 compaction directory; append and sync the edit, then a proof   edit made obsolete, and blob files that an obsolete
//	            of it; remove the obsolete files; sync directory    log may refer to: removed under a new manifest,
//	                                                                because the edit may not be durable yet
//	checkpoint  begin another log, end the growing blob file; in    no marker there: Open refuses it, or finds it empty;
//	            another directory: make and sync it; tables, blob   the store itself only began a new log
//	            files (links or synced copies), logs, manifest,
//	            each synced; sync directory; marker; sync it again
//	backup      in a repository: files, each synced; sync           files that no list names, a pending list: removed by
//	            directory; list as pending, synced; rename; sync    the next backup
//	repair      tables of what is readable, blob files of values    before the marker the damaged store, after it the
//	            behind damage; old files linked to lost/; sync;     repaired one: Repair again, or Open removes the rest
//	            manifest; marker; remove old files, but not the
//	            blob files that stay
//	close       sync the logs; append and sync an edit that says    logs whose end is not known, as if killed; or as for
//	            where they end; or, if the manifest has got edits,  manifest
//	            a new manifest, as above, that says it
//
// Open itself writes only if there is something to remove and it is not ReadOnly. If the removal needs a new manifest
// and the disk is full, the store still opens, but poisoned: it can be read, and opened again once there is room. Open
// replays each log into a memtable of its own, which stays with that log until it is flushed.
//
// # A full disk
//
// ErrNoRoom means that the disk had no room for a new file, or for its content, before anything relied on that file. It
// concerns tables and blob files written by a flush or a compaction, large values, and new logs. The partial file is
// removed, and nothing of the commit that needed it is in the store. Memtables and logs stay as they are; when they are
// full, writers wait or get ErrNoRoom. The next commit that needs the file, the next full memtable, Flush or Compact
// tries again, and goes on if there is room.
//
// Any other shortage poisons the store, because the data may already count: no room for a commit's record in a log, for
// an edit of the manifest, or for a new manifest (written by the first commit of a session, or when the old one has
// grown too long). So does every failed sync and removal, whatever the error. Failing to write zeros ahead of a log is
// harmless, and is not retried.
//
// # Contexts
//
// Long operations can be interrupted. Functions and methods whose names end in Context return when their context is
// done, with an error that wraps the context's error and its cause. They leave nothing half done: a partial copy,
// backup or repaired store is removed, and the store is as it was, or as after a shorter Compact. Each operation has
// one step after which it runs to its end and returns nil, so an error always means that nothing was made. Closing and
// removing files, and the syncs that removals need, go on after the context is done.
//
// The context is not consulted while an operation waits for locks. That can take as long as a flush, or as another
// Verify that is holding up writers.
//
// # Limits
//
// Keys have at most 64 KiB and may be empty. Values have at most 1 GiB, batches nearly 2 GiB, memtables 4 GiB. Open
// reads each log into memory as a whole; a log over 8 GiB is ErrCorrupt. Writing a value takes no memory beyond the
// batch, and a Put of a large value not even that; a transaction makes two copies. Reading a value as a stream takes
// 128 KiB. At most 512 commits are under way at once. While a read-write transaction is open, up to 65,536 keys or 8
// MiB of recent commits are remembered for conflict checks; a transaction older than that gets ErrConflict.
//
// An open store has up to MaxOpenFiles descriptors for tables and blob files. They are opened on the first read and
// closed when others need the slot; tables of up to 64 KiB are kept in memory and need none. Logs, the manifest, the
// growing blob file, and each running flush and compaction (two each) need descriptors beyond that.
//
// The number of files is bounded by the live data, however short sessions are. When maintenance has caught up, level 0
// has fewer than L0CompactionFiles tables, and each level below has at most 8 tables plus 4 for each TableBytes in it;
// writers wait at 5 times either number. Blob files are at least half live. Blob files smaller than both
// LargeValueBytes and BlobFileBytes are merged along with tables: a table written by a compaction refers to at most 4
// of them. Besides these there is one log per memtable, one manifest and one marker.
//
// The filter and index of a table stay in memory from the first search on, small ones from Open on. A scan takes
// another 256 KiB for each level and each table of level 0, plus room for the largest value it has returned.
//
// # Rejected
//
//   - Syncing replayed logs instead of rewriting them: a sync that follows a failed one succeeds and proves nothing.
//   - Renaming a CURRENT file: the marker needs no rename, and its content tells whether more than its name became
//     durable.
//   - Recording where a log ends in a file of its own when the log is full or the store is closed: one more sync, and
//     one more file for recovery to interpret. The next log and the manifest are written anyway.
//   - Publishing a Sync commit before its sync: a reader could act on what the next power cut takes back.
//   - Computing level sizes from the top down: a bottom level far from full would then lie under one that overwrites
//     all of it.
//   - Merging all small tables of a level whenever a new one arrives: in a store that grows at its end, the last table
//     would be rewritten every few commits.
//
//structure:root DB
//structure:limits files=26 exported=111
package engine
