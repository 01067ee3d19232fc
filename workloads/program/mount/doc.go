// Package mount serves faultfs filesystems to the kernel through FUSE, so that any process can use them: disks that record
// what is done to them, and crash images whose undecided parts are settled when a process looks at them.
//
//	m, err := mount.New(dir)              // mounts on an empty directory; needs the right to mount, unmount with Close
//	path := m.Add(mount.Disk{FS: fs})     // serves fs; path is its root directory
//	m.Remove(path)                        // stops serving it
//
// # What the kernel is told
//
// Files bypass the page cache (direct I/O), so every write arrives exactly as the process made it, and nothing is
// written back late. Writes to shared memory maps arrive page by page when they are synced. The kernel may cache names,
// sizes and attributes, because they change only through it. There are two exceptions, both for crash images: a size
// that the crash left undecided is requested whenever a process asks for it, and nothing is read ahead. Caching the
// size or reading ahead would settle something that no process has looked at, and the search would then miss images.
// Locks are handled by the kernel itself.
//
// The cost of recording is the number of requests: each takes two context switches. The kernel is therefore told that
// flush on close is not implemented, and never requests attributes twice. A program that does little but sync takes
// four times (SQLite with a WAL) to ten times (rollback journals; a loop of write and fdatasync, including the start of
// its program) the CPU that it takes on tmpfs; BenchmarkRecording measures it. Every sync has to arrive, so this cannot
// be avoided. CPU time of the loop alone, in C, with 40,000 operations, in µs per operation (medians of five runs on a
// busy machine with two CPUs):
//
//	                                            program   server
//	tmpfs                                           0.5        -
//	a server of go-fuse that only answers           6.1     11.4
//	this server                                     6.4     13.9
//
// So FUSE itself costs at least 17 µs per operation. Only programs that compute for that long between two operations
// take less than twice the CPU.
//
// Renames can exchange two names, but not leave a whiteout (EINVAL). fallocate can allocate, punch holes and write zeros, but
// not collapse or insert ranges (EOPNOTSUPP). io_uring, copy_file_range, splice, RWF_DSYNC, RWF_SYNC and RWF_APPEND, and all
// kinds of locks work as on any disk. SEEK_HOLE sees no holes, files share no blocks (FICLONE), and sync_file_range makes
// nothing durable. A crash leaves nothing of a file without a name (O_TMPFILE) until it is linked. Extended attributes of
// user.* are durable once their file or directory is synced. There are no others, and no sockets or pipes, which would not
// survive a crash anyway. Programs fall back or fail; Disk.Refused is called for each such request. Space preallocated past
// the end of a file (FALLOC_FL_KEEP_SIZE) is not reserved. sync(2) and syncfs(2) do not reach the server; package native
// learns of them in another way. Owners, permissions and times are kept and not changed by a crash.
//
// # Acknowledgements
//
// A disk with Ack has a directory .torture, hidden from listings, with two files. A line written to ack is passed on at once,
// in order with everything else that the process does to the disk. So is a line written to stdout, which is meant to be opened
// as a process's standard output.
//
// # The rule
//
// The serving process must never touch the mount, not even with stat: it would wait for itself. A page fault in mapped memory,
// or a child that changes into the mount between fork and exec, can block the whole Go runtime so that not even SIGKILL ends
// it. Pass paths below the mount to other processes as arguments only. The /dev/fuse descriptor is close-on-exec, because a
// process that inherited it would keep the mount alive after its server has died.
//
// Linux only: elsewhere New fails with ErrUnsupported. The package depends on faultfs and nothing else of the lab.
package mount
