// Package hostdisk is how the lab and its command write to the disk of the machine that they run on: files that are kept, and
// temporary directories.
//
//	file.go     WriteFile: a file with all of its content, or none    scratch.go     temporary directories
//	journal.go  OpenJournal: a file that one process appends to
//	owner.go    whose a temporary file or directory is                owner_linux.go, owner_other.go  locks
//	workdir.go  the working directory, which engines may leave
//
// Promises:
//
//   - A1: a file that WriteFile was to write has its new content, synced, or what it had before. A full disk, an error or a
//     power cut leaves no part of the new content under its name.
//   - A2: a write that failed leaves no temporary file, unless removing it fails too.
//   - A3: what a killed process has left is removed by the next one: temporary files by the next WriteFile in the same
//     directory, temporary directories by the first NewScratch of the next process in the same parent.
//   - A4: a journal has one user at a time, and a durable name before anything is written to it.
//   - A5: nothing is removed that belongs to a process that lives, to another user, or to another program.
//
// A temporary file or directory is locked by its owner (flock), and only what nobody has locked is removed: the kernel unlocks
// it when the owner ends, however it ends. Process IDs would not do: two containers that share a directory use the same
// ones. Where there is no flock, what a killed process has left stays.
//
// Tried and rejected: O_TMPFILE, which leaves nothing behind, but cannot replace a file that exists.
//
// All functions may be called by any number of goroutines and processes at once. Of two that write one file the later wins.
// The package knows nothing else of this module.
package hostdisk
