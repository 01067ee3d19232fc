// Package osfs gives an afero.Fs the shape of package os: the same names, arguments, results and errors. It is what an
// engine needs that has a small interface of that shape, and what the adapters of engines with an interface of their own
// are made of (see workloads/targets).
//
//	disk := osfs.New(env.FS)
//	f, err := disk.OpenFile("db/wal", os.O_RDWR|os.O_CREATE, 0o666) // *osfs.File, as os.OpenFile returns *os.File
//	...
//	err = disk.SyncDir("db") // what package os lacks
//
// # Promises
//
//  1. A function or method that package os has does what that one does, makes the calls of the system that it makes, in
//     their order, and returns its errors: *fs.PathError, *os.LinkError, io.EOF, fs.ErrClosed. The tests run both side by
//     side, on the operating system and on a faultfs. Only a negative offset is EINVAL here.
//  2. What package os lacks is in beside.go: SyncDir, Lock, Space, and a file's SyncData and Preallocate. They are the
//     optional interfaces of package faultfs. On a filesystem without them, SyncData is Sync, Preallocate is a truncation
//     to the larger size, and Lock holds within the process: among all users of the operating system's filesystem, otherwise
//     among those of one FS. Link is os.Link on the operating system's filesystem. Everything else fails with
//     errors.ErrUnsupported.
//  3. CreateTemp and MkdirTemp count where those of package os are random, so that the same run has the same names.
//  4. It keeps no state but such locks and that counter. All methods of an FS may be called concurrently, and those of a
//     File as far as the files below it allow.
//
// Missing is what has no meaning there: descriptors (Fd returns ^uintptr(0)), deadlines, owners, the working directory and
// everything about processes.
//
// A Go interface whose OpenFile returns an interface is not satisfied by a method that returns *File. The adapter of such
// an engine wraps each method that opens something, and must not turn a nil *File into an interface that is not nil:
//
//	func (d disk) OpenFile(name string, flag int, perm os.FileMode) (mine.File, error) {
//		f, err := d.FS.OpenFile(name, flag, perm)
//		if err != nil {
//			return nil, err
//		}
//		return f, nil
//	}
package osfs
