// Package wasidisk presents a faultfs as the filesystem of a program built for wasip1. The program uses package os as
// usual. The faultfs records what it writes, syncs and renames, and on a crash image each read decides what the crash
// left.
//
//	files := wasidisk.New(wasidisk.Mount{Path: "/db", FS: disk}) // the rest of the tree is the host's, for reading
//	job := schedule.Job{Args: []string{"store", "work", "/db"}, Files: files}
//	outcome, err := program.Run(ctx, seed, job)
//
// # Promises
//
//  1. A call does what it does on Linux. The conformance test runs one program natively in a temporary directory and
//     here, and compares their output.
//  2. Errors keep their identity. wazero knows 20 of them and maps all others, such as ENOSPC, to EIO; Errno has the
//     right number, with which package schedule replaces it.
//  3. A file has the inode number that the faultfs gives it, so os.SameFile works.
//  4. A mount matches whole path elements: /db does not contain /db2. The longest matching mount counts. A rename or
//     link between mounts is EXDEV, and a change outside all mounts is EROFS.
//  5. A directory can be opened and synced, including that of a mount.
//  6. A call that moved some of the bytes before it failed returns their number, like a system call; the next call
//     fails.
//
// # What differs from Linux
//
// wasip1 has no permissions, so Go shows every file with mode 0600 and every directory with 0700. It has no owners, and
// its error texts are capitalized. A path is cleaned before it is looked up: a/../b is b, even if a is a link. Times
// are not modelled; they are zero. A symbolic link to an absolute path resolves only within its mount. A directory can
// be renamed only to a name that does not exist, as with os.Rename; rename(2) also replaces an empty directory. A
// listing of the parent directory of a mount does not show the mount.
//
// # Structure
//
// files.go is the program's file tree, which finds the mount for a path. disk.go implements such a mount on a faultfs,
// and file.go an open file in it; both implement wazero's experimental/sys. errno.go translates errors.
//
// A Files and everything opened through it belong to one program at a time, like the crash image below it. Package
// schedule knows only the interface. Callers: whatever runs a program on a disk, and tests.
package wasidisk
