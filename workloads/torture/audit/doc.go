// Package audit demands more of a crash image than that it recovers: that the store can be read without being changed, that
// it verifies, that copies of it are complete, and, if something rotted, that verification and repair tell the truth.
//
//	audit.go    auditors, and the images that they audit
//	healthy.go  disks without damage: opening them read-only, verifying them
//	keys.go     reading key by key, compared with a scan
//	copies.go   checkpoints, backups and restored stores in the image
//	backups.go  repositories of backups in the image
//	goeson.go   new writes to copies and to repaired stores
//	accounts.go what a store reports about itself while it is used
//	failing.go  all this while a call of the disk fails
//	chores.go   administration while a call fails: copies, backups, tools
//	named.go    names of standing checks
//	barrier.go  a sync of data that the session found and did not write
//	rotten.go   disks with damage: verifying them, and every way of reading
//	repair.go   repairing them
//
// Promises:
//
//   - A1: an audit works on disks of its own: random images of a crash point, drawn by a seed. What one look at such a disk
//     decides holds for all other looks at it, in whatever order they come. The search for images is not affected.
//   - A2: a copy that was acknowledged before the crash is complete and holds what it held before. One that was being made
//     may be missing or refused; if it opens, it holds what a crash while making it allows.
//   - A3: verification passes a healthy store. On a rotten one it returns an error, unless every way of reading shows the
//     right data; if the target promises ReportsCorruption, that error, and any error of reading, is ErrCorrupt.
//   - A4: a repaired store opens, verifies, and takes new writes, which win over everything that was there; so does a copy.
//     Every key that should be there and is not, or has a wrong value, is covered by the report's losses for the damaged
//     file. The store shows no value that was never written to its key.
//   - A5: a recovered store works like any other. Its metrics, its events, its lists of files and what its tools find in
//     them agree with what was done to it and with what it shows.
//   - A6: while a call of the disk fails, verification of a healthy store does not pass if a file could not be read, a store
//     that is opened read-only shows nothing wrong, and a repair that fails can be repeated. A copy, a backup, its deletion
//     or its restoration is done, or fails without harm to the store and to other backups; a tool that only reads reports
//     what it could not read.
//   - A7: a sync without writes covers what the session found when it opened the store.
//
// A failure of an audit is explained like any other: package explore audits further images that have lost chosen operations
// and no others.
//
// Package explore decides which images are audited, and runs an audit where it would run a recovery. An Auditor is safe for
// concurrent use.
//
//structure:root Auditor
package audit
