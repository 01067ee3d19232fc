// Package osfs presents an afero.Fs in the shape of package os: the same names, arguments, results and errors. It suits
// engines with a small interface of that shape, and is the basis of adapters for engines with interfaces of their own
// (see workloads/targets).
//
//	disk := osfs.New(env.FS)
//	f, err := disk.OpenFile("db/wal", os.O_RDWR|os.O_CREATE, 0o666) // *osfs.File, as os.OpenFile returns *os.File
//	...
//	err = disk.SyncDir("db") // what package os lacks
//
// # Promises
//
//  1. A function or method that also exists in package os does what that one does, makes the same system calls in the
//     same order, and returns the same errors: *fs.PathError, *os.LinkError, io.EOF, fs.ErrClosed. The tests run both
//     side by side, on the operating system and on a faultfs. The only difference is that a negative offset is always
//     EINVAL here.
//  2. What package os lacks is in beside.go: SyncDir, Exchange, Lock, Space, and a file's SyncData and Preallocate. They use the
//     optional interfaces of package faultfs. On a filesystem without them, SyncData is Sync, Preallocate is a
//     truncation to the larger size, and Lock works within the process: among all users of the operating system's
//     filesystem, otherwise among those of one FS. Link is os.Link on the operating system's filesystem, and
//     Exchange works there on Linux. Everything else fails with errors.ErrUnsupported.
//  3. CreateTemp and MkdirTemp number their files where package os uses random names, so that equal runs have equal
//     names.
//  4. It has no state except those locks and that counter. All methods of an FS are safe for concurrent use, and those
//     of a File as far as the file below allows.
//
// Left out is what has no meaning on an afero.Fs: descriptors (Fd returns ^uintptr(0)), deadlines, owners, the working
// directory and everything about processes.
//
// A Go interface whose OpenFile returns an interface is not satisfied by a method that returns *File. The adapter for
// such an engine wraps each method that opens something, and must not turn a nil *File into a non-nil interface:
//
//	func (d disk) OpenFile(name string, flag int, perm os.FileMode) (mine.File, error) {
//		f, err := d.FS.OpenFile(name, flag, perm)
//		if err != nil {
//			return nil, err
//		}
//		return f, nil
//	}
package osfs
