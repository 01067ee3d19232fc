// Package engine is Lightning, an embedded key-value store: a log-structured merge tree with snapshots, atomic batches
// and transactions. It knows its filesystem as an afero.Fs and nothing else.
//
// # Invariants
//
//   - I1: a batch is one log record. It is recovered whole or not at all.
//   - I2: an acknowledged Sync commit survives a power cut; an acknowledged NoSync commit survives a killed process.
//   - I3: commits are lost only as a suffix. If one is lost, so is every later one, across logs and across recoveries.
//   - I4: commits become visible in the order of their sequence numbers, and a Sync commit, with all that follow it,
//     only when it is durable. So what was read once is not lost, unless it was written with less than Sync.
//   - I5: after the first failed write, sync or removal nothing is written any more, and nothing is tried again:
//     ErrPoisoned. Reads go on; the commit that failed is not visible. Damage met by maintenance has the same effect.
//     That there is no room for zeros ahead of a log is no failed write: nothing is lost, and they are not tried again.
//   - I6: a session builds only on what it has itself made durable. Its first commit moves what was replayed from logs
//     to a new table, and starts a new manifest. What an earlier process left may be in the page cache only, and a sync
//     of it may have failed: no second sync can tell.
//   - I7: an edit of the manifest fits the state that it changes. A file that some manifest ever named is removed only
//     when a manifest which this session made durable does not, and no reader needs the file.
//   - I8: tables of a level below 0 do not share user keys; level 0 is ordered by age. A reader who goes from
//     memtables to level 0 to the bottom meets newer versions of a key first.
//   - I9: a version of a key that an open snapshot sees is kept.
//   - I10: a transaction reads one snapshot and its own writes. SnapshotIsolation: of two concurrent ones that write a
//     key, one commits. Serializable: as well, what it read, with the gaps of ranges, is unchanged when it commits.
//   - I11: damage of what was durable is ErrCorrupt, never a wrong value; a torn tail ends a log. The one damage that
//     looks like a torn tail is that of the last commits of a process that was killed: nothing later proves that they
//     were durable. Close leaves a proof.
//   - I12: with InlineMaintenance no goroutine is started, and the same calls make the same filesystem operations.
//   - I13: a range delete hides every older version of its keys, wherever that lies, and nothing newer, as a deletion of
//     each key would. It is in tables as long as something that it hides may be.
//   - I14: a reference to a value in a blob file, in a log or in a table, leads to bytes that were durable, with the name
//     of their file, before the reference was written, whatever the durability of the commit. That they are not there
//     is corruption, and no torn tail.
//   - I15: a blob file stays as long as somebody may meet a reference into it: a live table or one that a reader has, a
//     memtable that is not flushed or that a reader has, a log that is not known to be obsolete, a commit under way.
//
// All of DB and Snapshot may be used by any number of goroutines; an Iterator, a Batch or a Txn by one.
//
// # Files
//
// FORMAT.md has all of them in detail, with the versions of the format and what is promised about them.
//
//	LOCK                              held by the process that has the store open; operating system only
//	marker.000004.MANIFEST-000003     says which manifest is current (internal/manifest)
//	MANIFEST-000003                   the live tables and logs (internal/manifest, internal/wal)
//	000005.log                        the commits of one memtable (internal/wal); little endian:
//
//	  record | seq u64 | count u32 | operation | ... |
//	  delete | 0 u8 | key length uvarint | key |
//	  set    | 1 u8 | key length uvarint | key | value length uvarint | value |
//	  delete | 2 u8 | start length uvarint | start | end length uvarint | end |     of a range; start is before end
//	   range
//
//	  blob   | 3 u8 | key length uvarint | key | reference length uvarint | reference |
//
//	000006.sst                        a sorted table (internal/sst)
//	000007.blob                       values that tables and logs refer to (internal/blob)
//
// seq is that of the first operation; each further one has the next. Sequence numbers go on without a gap from the
// tables through the logs, by file number; recovery takes a gap for corruption. Markers have numbers of their own, all
// other files share one counter, which never falls behind a name on disk.
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
//	commit      append to the log; Sync: sync it; publish           a torn record at the end: dropped
//	 of a large write and sync the blob file; if it is new, sync    a blob file that nothing refers to: removed; or
//	 value      the directory; then as above                        bytes at its end: garbage
//	rotation    sync the whole log, then create the next            both logs, the older one whole: replayed in order
//	flush,      write and sync tables and blob files; sync          files that no edit names: removed; those that an
//	 compaction directory; append and sync the edit, then a proof   edit made obsolete, and blob files that an obsolete
//	            of it; remove the obsolete files; sync directory    log may refer to: removed under a new manifest,
//	                                                                because the edit may not be durable yet
//	checkpoint  in another directory: make and sync it; tables      no marker there: Open refuses it, or finds it empty;
//	            (links or synced copies), logs, manifest, each      the store itself only began a new log
//	            synced; sync directory; marker; sync directory
//	backup      in a repository: files, each synced; sync           files that no list names, a pending list: removed by
//	            directory; list as pending, synced; rename; sync    the next backup
//	repair      tables of what is readable; old files linked to     before the marker the damaged store, after it the
//	            lost/; sync; manifest; marker; remove old files     repaired one: Repair again, or Open removes the rest
//	close       sync the log; append and sync a proof of that       a torn proof: ignored
//
// Open itself writes only if it is not ReadOnly and there is something to remove. Where that asks for a manifest and the
// disk is full, the store is opened all the same, poisoned: it can be read, and once there is room, opened again. Open
// replays each log into a memtable of its own, which stays with its log until it is flushed.
//
// # Commit
//
// One mutex is held from the choice of a sequence number until log and memtable have the batch, whose bytes are the
// log record. Committers that need the disk then wait in groups: one of them syncs for all that are appended by then,
// while others append. Buffered does what NoSync does, and promises less.
//
// # Levels
//
// The bottom level has no limit; each one above may have a LevelSizeRatio-th of the one below, down from what the lowest
// level with tables really has. Levels that so would have less than LevelBytesBase stay empty. Level 0 is compacted into
// the highest one in use, the base level: when it has L0CompactionFiles tables, or several with half of what it is
// merged with. So the levels below 0 of a steady store take about 1 + 1/LevelSizeRatio of its live data; inputs of a
// compaction are there until its outputs are live. Tables that are mostly tombstones are compacted, too, where they meet
// enough of what they may hide.
//
// One goroutine flushes, CompactionsMax compact; the picker (picker.go) is a pure function of the live tables and of the
// compactions that run. Two of these never share keys on any level from the first input to the output level of either:
// none can take the other's tables, overlap its output, or carry a version of a key past an older one. A compaction that
// drops a tombstone asks for tables below its output level in a version acquired after it was registered; nothing can
// bring an older version there meanwhile, because that had to come from its own range. Writers wait when level 0 has
// five times L0CompactionFiles tables; from twice as many on, level 0 comes before all other levels, and what it waits
// for is let run out. quiesce stops all maintenance, for Close, Verify and copies of the store.
//
// # Range deletes
//
// A range delete is one operation with one sequence number. It lies beside the entries of its memtable or table
// (internal/rangedel). The bounds of a table include its range deletes, whose end counts as if it were a key of theirs,
// unless it ends in zero: then the key before it is known. Compactions take all tables whose bounds meet, so I8 holds
// for range deletes as it does for keys, and a search that meets one can stop. Where a compaction ends a table behind
// key K, it ends the range deletes there as well, and the next table has the rest from the successor of K on.
//
// Flushes and compactions drop what a range delete hides from every reader; compactions do not even read it. A range
// delete is dropped when every snapshot sees it and no table further down can hold one of its keys. An iterator takes the
// range deletes of its memtables and its version, which costs nothing if there are none, and seeks over what they hide.
// In transactions a range counts as a write of all its keys.
//
// # Large values
//
// A value of BlobValueBytes or more is put into a blob file when its memtable is flushed, one over LargeValueBytes when it
// is committed; then log, memtable and tables have only a reference. Compactions copy references. They drop one with its
// entry, and so make garbage, whose amount per file the manifest tells. A blob file that is garbage by half or more is
// emptied: whoever rewrites a table copies its values elsewhere, and when nothing else is due, tables are rewritten for
// that. So at most as many bytes are moved as become free.
//
// # Limits
//
// Keys have up to 64 KiB and may be empty; values have up to 1 GiB, batches nearly 2 GiB. Open reads each log into
// memory as a whole. Writing a value takes no memory beside the batch, and Put of a large one not even that; a
// transaction copies it twice. Reading one as a stream takes 128 KiB. Validation remembers 65,536 keys or 8 MiB of recent commits; a transaction that is older than that
// gets ErrConflict.
//
// An open store has a file descriptor for each table and each blob file: with the default sizes about 2,700 for 20 GB in
// tables, 210 in blob files. Filter and index of a table stay in memory from the first search of it on, unless they are
// small: then from Open on. Scans take no more memory than that, 256 KiB for each level and table of level 0, and the
// largest value that the iterator has shown.
//
// # Rejected
//
//   - Syncing replayed logs instead of rewriting them: a sync that follows a failed one succeeds and proves nothing.
//   - Renaming a CURRENT file: the marker needs no rename, and its content tells a name that came alone.
//   - Publishing a Sync commit before its sync: somebody may read, and act upon, what the next power cut takes back.
//   - Level sizes counted from the top: a bottom level that is far from full lies under one that overwrites all of it.
//   - Removing the outputs of a compaction that met a full disk: I5. Open removes them, and needs no space for that.
package engine
