// Package mount serves faultfs filesystems to the kernel through FUSE, so that any process can use them: a disk that records,
// or a crash image that decides when a process looks.
//
//	m, err := mount.New(dir)              // mounts on an empty directory; the caller may mount, and unmounts with Close
//	path := m.Add(mount.Disk{FS: fs})     // a directory of the mount is the root of fs from now on
//	m.Remove(path)                        // and from now on it is gone
//
// # What the kernel is told
//
// Every write arrives as the process made it, because files bypass the page cache; those of shared memory maps arrive when
// they are synced, a page at a time. Nothing is written back late. Names, sizes and attributes are cached, since nobody but
// this kernel changes them; only the size of a file that a crash left undecided is asked for when it is looked at, and
// nothing is read ahead: an answer about what nobody asked for would be a wrong decision. Locks are the kernel's own.
//
// What recording costs is the requests: each is two switches of threads, and the lab's own work is a tenth of it. So the kernel
// is told once that closing means nothing, and asks for no attributes twice. A program that does little but sync costs four
// times the CPU of the same on tmpfs (SQLite with a WAL) to ten times (rollback journals, and bare loops of write and fdatasync):
// BenchmarkRecording measures it. A sync must arrive, so this is the price of knowing the order.
//
// Renames cannot exchange two files (EINVAL), and fallocate can allocate, punch holes and write zeros, but not collapse or
// insert ranges (EOPNOTSUPP). There are no extended attributes, no files without a name (O_TMPFILE), and no sockets and pipes, of
// which a crash keeps nothing: programs fall back, or fail. Disk.Refused hears of each, with what to do.
// Space that is set aside past the end of a file (FALLOC_FL_KEEP_SIZE) is not reserved. sync(2) and syncfs(2) do not arrive,
// so a program that relies on them looks as if it had never synced. Owners, permissions and times are kept, and a crash does
// not change them.
//
// # Acknowledgements
//
// A disk with Ack has a hidden directory .torture, which no listing shows, with two files: a line that is written to ack is
// passed on at once, in order with everything else that the process does to the disk, and so are lines of stdout, if a
// process is started with it as standard output.
//
// # The rule
//
// The process that serves must never touch the mount, not even with stat: it would wait for itself. A page fault in mapped
// memory, or a child that changes into the mount between fork and exec, can block the whole Go runtime, so that not even
// SIGKILL ends it. Give paths below the mount to other processes as arguments only. The descriptor of /dev/fuse is closed on
// exec: a process that had inherited it would keep a mount alive whose server is dead.
//
// Linux only: elsewhere New fails with ErrUnsupported. The package knows faultfs and nothing else of the lab.
package mount
