// Package backup keeps backups of stores in a repository: a directory of files, each stored once however many backups
// share it, and of lists that say which files belong to a backup. repository.go describes the directory.
//
// Package engine forwards Backup, Restore, Backups, DeleteBackup, PruneBackups and VerifyBackups to this package and
// documents their contracts. Every function takes the filesystem, which must not be nil, and the repository's
// directory.
//
// Promises:
//
//   - B1: a file is complete, durable and durably named before a list names it, and a list gets its name only when it
//     is durable. After a crash at any point, the listed backups are unchanged and no other is listed.
//   - B2: everything that a restore or a verification returns without an error has been compared with its SHA-256.
//   - B3: a file is removed only when all lists are readable and none names it.
//
// A repository is locked while it is changed, restored from or verified; anyone else gets engine.ErrLocked. Listing
// takes no lock. engine/FORMAT.md describes the files of a repository.
package backup
