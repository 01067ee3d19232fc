// Package wasidisk shows a faultfs to a program built for wasip1 as its filesystem. The program uses package os as always:
// what it writes, syncs and renames is recorded by the faultfs, and on a crash image what it looks at is decided.
//
//	files := wasidisk.New(wasidisk.Mount{Path: "/db", FS: disk}) // the rest of the tree is the host's, for reading
//	job := schedule.Job{Args: []string{"store", "work", "/db"}, Files: files}
//	outcome, err := program.Run(ctx, seed, job)
//
// # Promises
//
//  1. A call does what it does on Linux: the conformance test runs one program natively on a temporary directory and here,
//     and compares what both print.
//  2. Errors arrive as what they are. The runtime below knows 20 of them and makes EIO of all others, such as ENOSPC; Errno
//     has the right one for package schedule, which puts it in its place.
//  3. A file has the inode number that the faultfs gives it, so os.SameFile tells files apart.
//  4. Mounts end where a name ends: one at /db has nothing to do with /db2. The longest one that fits a path counts. A rename
//     or link from one mount to another is EXDEV, and a change outside of all mounts EROFS.
//  5. A directory can be opened and synced, the place of a mount too.
//  6. A call that moved some of the bytes before it failed returns how many, as a system call does; the next one fails.
//
// # What differs from Linux
//
// wasip1 has no permissions, so Go shows every file with mode 0600 and every directory with 0700. It has no owners, and its
// texts of errors begin with a capital letter. A path is cleaned before it is looked up: a/../b is b, even if a is a link.
// Times are not modelled: they are zero. A symbolic link to an absolute path leads somewhere only within its mount. A
// directory is renamed over nothing, as by os.Rename; rename(2) also replaces an empty directory. A listing of the directory
// above a mount does not show the mount.
//
// # How it is built
//
// files.go is the tree of a program: it finds the mount that a path belongs to. disk.go is one faultfs as such a mount and
// file.go an open file of it, both for wazero's experimental/sys. errno.go translates errors.
//
// A Files and what it opens belong to one program at a time, like the faultfs below that is a crash image. Package schedule
// knows only the interface. Callers: whatever runs a program on a disk, and tests.
package wasidisk
