// Package hostdisk writes to the disk of the host for the lab and its command: files to keep, and temporary
// directories.
//
//	file.go     WriteFile: a whole file, or none             scratch.go   temporary directories
//	journal.go  OpenJournal: a file that one process         owner.go     ownership of temporary files, with
//	            appends to                                   owner_linux.go and owner_other.go for locks
//	workdir.go  the working directory, which engines may change
//
// Promises:
//
//   - A1: after WriteFile, the file has either its whole new content, synced, or its previous content. A full disk, an
//     error or a power cut never leaves part of the new content under its name.
//   - A2: a failed write leaves no temporary file, unless removing it fails too.
//   - A3: what a killed process left behind is removed by a later one: temporary files by the next WriteFile to the
//     same directory, temporary directories by the first NewScratch of a process with the same parent.
//   - A4: a journal has one user at a time, and its name is durable before anything is written to it.
//   - A5: nothing is removed that belongs to a live process, to another user or to another program.
//
// A temporary file or directory is locked by its owner (flock), and only what is unlocked is removed: the kernel
// releases the lock when the owner ends in any way. Process IDs would not do, because containers that share a directory
// use the same ones. Without flock, what a killed process left behind stays.
//
// Rejected alternative: O_TMPFILE leaves nothing behind but cannot replace an existing file.
//
// All functions are safe for concurrent use, also by several processes. If two write the same file, the later one wins.
// The package depends on no other package of the module.
package hostdisk
