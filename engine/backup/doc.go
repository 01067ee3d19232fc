// Package backup keeps backups of stores in a repository: a directory of files, each stored once however many backups
// have it, and of lists that say which files belong to a backup. repository.go describes the directory.
//
// Package engine forwards Backup, Restore, Backups, DeleteBackup, PruneBackups and VerifyBackups to it, and documents
// their contracts. Every function here takes the filesystem, which must not be nil, and the directory of the repository.
//
// The package promises:
//
//   - B1: a file is whole, durable and named before a list names it; a list gets its name when it is durable. After a
//     crash at any point, the listed backups are unchanged, and no other is listed.
//   - B2: what a restore or a verification returns without an error has been compared with its SHA-256.
//   - B3: a file is removed only when all lists can be read and none names it.
//
// A repository is locked while somebody changes, restores or verifies it; anybody else gets engine.ErrLocked. Listing
// takes no lock. The files of a repository are described in engine/FORMAT.md.
package backup
