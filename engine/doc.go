// Package engine is Lightning, an embedded key-value store: a log-structured merge tree with snapshots, atomic batches
// and transactions. It knows its filesystem only as an afero.Fs.
//
// # Reading order
//
// What users see: db.go, options.go (internal/limits is what only tests set), metrics.go, event.go, errors.go. A commit:
// batch.go, commit.go, internal/sequencer; transactions: txn.go, internal/conflict. A read: internal/view, view.go,
// iterator.go, snapshot.go, valuereader.go. Maintenance: maintenance.go, flush.go, compaction.go, internal/picker,
// internal/rewrite, catalog.go. Large values: largevalue.go, blobfile.go. Recovery: recovery.go, replay.go. Operations
// that the rest does not need: checkpoint.go and internal/image; backup.go, repair.go and inspect.go with the packages of
// these names; verify.go, internal/verify.
//
// What needs the locks of a DB is here, in 26 files; what does not is in packages below, which do not import this one. The
// 111 exported names are all that users need. The largest dependency cycle between files has 4 files (db.go and the types
// of its fields), or 13 counting calls of DB's methods: commits, maintenance and recovery start one another by design.
//
// # Invariants
//
//   - I1: a batch is one log record. It is recovered whole or not at all.
//   - I2: an acknowledged Sync commit survives a power cut; an acknowledged NoSync commit survives a killed process; a
//     Buffered one is promised nothing but its place in I3 and I4.
//   - I3: commits are lost only as a suffix. If one is lost, so is every later one, across logs and across recoveries.
//   - I4: commits become visible in the order of their sequence numbers, and a Sync commit, with all that follow it,
//     only when it is durable; a NoSync commit, likewise, when the operating system has it. So what was once read is
//     not lost, unless it was written with less than Sync. A checkpoint or a backup has no commit that is not visible.
//   - I5: after the first failed write, sync or removal nothing is written any more, and nothing is tried again:
//     ErrPoisoned. Reads go on; a commit that failed never becomes visible, and once its caller has the error, no other
//     commit does. Damage met by maintenance has the same effect. A full disk that has no room for a file which nobody
//     relies on yet is no failed write: see "A full disk" below.
//   - I6: a session builds only on what it has itself made durable. Its first commit moves what was replayed from logs
//     to a new table, and starts a new manifest. What an earlier process left may be in the page cache only, and a sync
//     of it may have failed: no second sync can tell.
//   - I7: an edit of the manifest fits the state that it changes. A file that some manifest ever named is removed only
//     when a manifest that this session made durable does not name it, and no reader needs it.
//   - I8: tables of a level below 0 do not share user keys; level 0 is ordered by age. A reader who goes from memtables
//     through level 0 to the bottom meets newer versions of a key first.
//   - I9: a version of a key that an open snapshot sees is kept.
//   - I10: a transaction reads one snapshot and its own writes. SnapshotIsolation: of two concurrent ones that write a
//     key, one commits. Serializable: in addition, what it read, including the gaps in ranges, is unchanged when it
//     commits.
//   - I11: damage to durable data is reported as ErrCorrupt, never as a wrong value; a torn tail ends a log. A commit that
//     was acknowledged with Sync before another one began is known to be durable by what that one wrote: its damage is
//     never taken for a torn tail. Once Close has returned nil in a session that made a commit, the manifest says which
//     logs there are and where each of them ends: it is noticed if a log is missing, and if anything is cut off a log or
//     off the manifest. The same holds of checkpoints, backups and repaired stores. Only what a killed process leaves may
//     lose its end unnoticed: the last Sync commits and what follows them, the last log, the last edits of the manifest.
//   - I12: with InlineMaintenance no goroutine is started, and the same calls make the same filesystem operations.
//   - I13: a range delete hides every older version of its keys, wherever that lies, and nothing newer, as a deletion
//     of each key would. It stays in tables as long as something that it hides may be there.
//   - I14: before a log record, or the manifest that names a table, is written, every value in a blob file that it refers
//     to is durable, and so is the name of that file, whatever the durability. If such a value is missing, that is
//     corruption and not a torn tail.
//   - I15: a blob file stays as long as somebody may meet a reference into it: a live table or one that a reader has, a
//     memtable that is not flushed or that a reader has, a log that is not known to be obsolete, a commit under way.
//
// DB and Snapshot may be used by any number of goroutines; an Iterator, a Batch or a Txn by one.
//
// # Files
//
// FORMAT.md has all of them in detail, with the versions of the format and what is promised about them.
//
//	LOCK                              held by the process that has the store open; operating system only
//	marker.000004.MANIFEST-000003     says which manifest is current (internal/manifest)
//	MANIFEST-000003                   the live tables and logs (internal/manifest, internal/wal)
//	000005.log                        the commits of one memtable (internal/wal)
//	000006.sst                        a sorted table (internal/sst)
//	000007.blob                       values that tables and logs refer to (internal/blob)
//
// Sequence numbers go on without a gap from the tables through the logs, by file number. Markers have numbers of their
// own, all other files share one counter, which never falls behind a name on disk.
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
// Open itself writes only if it is not ReadOnly and there is something to remove. If that takes a manifest and the disk
// is full, the store is still opened, but poisoned: it can be read and, once there is room, opened again. Open replays
// each log into a memtable of its own, which stays with its log until it is flushed.
//
// # A full disk
//
// ErrNoRoom says that the disk had no room for a new file, or for the content of one, before anything relied on it: for a
// table or a blob file that a flush or a compaction writes, a large value, or a new log. What was written of it is removed,
// and nothing of the commit that needed it is in the store. Memtables and logs stay as they are; writers wait or get
// ErrNoRoom when no more fit. The next commit that needs the file, the next full memtable, Flush or Compact tries again,
// and goes on if there is room.
//
// Everything else poisons the store, because it may already count: no room for the record of a commit in a log, for an
// edit of the manifest, or for a new manifest (with the first commit of a session, or when the old one is too long), and
// every failed sync and removal, whatever the error. Zeros ahead of a log that find no room are not missed, and not tried
// again.
//
// # Contexts
//
// What takes long can be stopped: the functions and methods whose names end in Context end when their context is done, with an
// error that wraps its error and its cause. Then nothing half made stays behind: what was written of a copy, a backup or a
// repaired store is removed, and the store is as it was, or as after a shorter Compact. Each has one step from which on it goes
// on to its end and returns nil, so that an error says that nothing was made. Closing and removing go on after a context is
// done; so does what removals need to be durable.
//
// They wait for locks first, whatever the context says, as long as a flush takes or another Verify that has the writers wait.
//
// # Limits
//
// Keys have up to 64 KiB and may be empty; values have up to 1 GiB, batches nearly 2 GiB, memtables 4 GiB. Open reads
// each log into memory as a whole; over 8 GiB it is ErrCorrupt. Writing a value takes no memory beside the batch, and
// Put of a large one not even that; a transaction copies it twice. Reading one as a stream takes 128 KiB. Up to 512
// commits are under way at once. While a read-write transaction is open, 65,536 keys or 8 MiB of recent commits are
// remembered; an older transaction gets ErrConflict.
//
// An open store has up to MaxOpenFiles descriptors for tables and blob files, which it opens when they are read and closes
// when others need the place; tables of up to 64 KiB are kept in memory and need none. Further ones are for the logs, the
// manifest, the growing blob file, and two for each flush and compaction that writes.
//
// The number of files is bounded by what is live, however short sessions are: when maintenance has caught up, a level
// below 0 has at most 8 tables and 4 more for each TableBytes in it, level 0 fewer than L0CompactionFiles; writers wait
// at 5 times either. Blob files are at least half live. Small ones, of less than LargeValueBytes and BlobFileBytes, are
// merged when tables are: a table that a compaction wrote refers to at most 4 of them. Beside these there are a log for
// each memtable, one manifest and one marker.
//
// Filter and index of a table stay in memory from its first search on, small ones from Open on. A scan takes another
// 256 KiB for each level and each table of level 0, and room for the largest value that it has shown.
//
// # Rejected
//
//   - Syncing replayed logs instead of rewriting them: a sync that follows a failed one succeeds and proves nothing.
//   - Renaming a CURRENT file: the marker needs no rename, and its content shows if only its name became durable.
//   - Noting where a log ends in a file of its own, when it is full or the store is closed: one more sync, and one more
//     file that recovery has to wonder about. The next log and the manifest are written anyway.
//   - Publishing a Sync commit before its sync: somebody may read, and act upon, what the next power cut takes back.
//   - Level sizes counted from the top: a bottom level that is far from full lies under one that overwrites all of it.
//   - Merging all small tables of a level at once whenever one comes down: the last table of a store that grows at its end
//     would be written again for each few commits.
//
//structure:root DB
//structure:limits files=26 exported=111
package engine
