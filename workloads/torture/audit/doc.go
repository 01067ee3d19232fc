// Package audit asks more of a crash image than that it recovers: that the store can be read without being changed, that it
// verifies, that copies made of it are whole, and, where something rotted, that verification and repair tell the truth.
//
//	audit.go    what is audited, and on which disk
//	healthy.go  disks without damage: reading only, verifying
//	keys.go     keys by themselves, beside what a scan shows
//	copies.go   checkpoints, backups and restored stores in the image
//	backups.go  repositories of backups in the image
//	goeson.go   copies and repaired stores that somebody goes on with
//	accounts.go what a store says of itself when somebody goes on with it
//	failing.go  all this while a call of the disk fails
//	chores.go   work of an administrator while a call fails: copies, backups, tools
//	barrier.go  a sync of what a session has only found
//	rotten.go   disks with damage: verifying them, and every way of reading
//	repair.go   repairing them
//
// Promises:
//
//   - A1: an audit works on disks of its own: random images of a crash point, drawn by a seed. What one look at such a disk
//     finds out holds for all other looks at it, in whatever order they come. The search of images is not disturbed.
//   - A2: a copy that was acknowledged before the crash is whole, and holds what it held before. One that was being made may
//     be missing or refused; if it opens, it holds what a crash during its making allows.
//   - A3: verification passes a healthy store. On a rotten one it returns an error that is ErrCorrupt, unless every way of
//     reading shows what it should.
//   - A4: a repaired store opens, verifies, and takes new writes, which win over all that was there; so does a copy. Every key
//     that must be there and is not, or shows what it must not, is in what the report says of the damaged file. It shows nothing
//     that was never written to that key.
//   - A5: a store that was recovered goes on as any other. Its metrics, its events, its lists of files and what its tools find
//     in them agree with what was done to it and with what it shows.
//   - A6: while a call of the disk fails, verification of a healthy store does not pass if a file could not be read, a store that
//     is opened read-only shows nothing wrong, and a repair that fails can be done again. A copy, a backup, its deletion or its
//     restoration is done, or fails without harm to the store and to other backups; a tool that only reads says what it could
//     not read.
//   - A7: a sync without writes covers what the session has found when it was opened.
//
// What an audit finds is explained like any other failure: package explore audits images again that have lost certain operations
// and no others.
//
// Package explore decides which images are audited, and runs an audit where it would run a recovery. An Auditor is read-only
// and may be used by several goroutines.
//
//structure:root Auditor
package audit
