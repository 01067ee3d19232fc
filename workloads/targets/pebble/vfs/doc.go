// Package vfs is the adapter from an afero.Fs, such as the disk of a torture.Env, to Pebble's vfs.FS. Import it, or copy
// fs.go and file.go:
//
//	db, err := pebble.Open(env.Dir, &pebble.Options{FS: vfs.New(env.FS)})
//
// # What it does where Pebble's interface leaves a choice
//
//   - A call makes the calls of the disk that vfs.Default makes on Linux, in their order. Create removes what has the name
//     and makes a new file. ReuseForWrite renames the old file and opens it without truncating it.
//   - SyncData is fdatasync, SyncTo does nothing and says so: it starts the writing of dirty pages, which promises no
//     durability. A sync by another name would hide missing ones.
//   - Preallocate does nothing, which the interface allows: Pebble's keeps the size of the file, and asks only for files that
//     have a descriptor. Fd returns vfs.InvalidFd, and Prefetch does nothing.
//   - Lock makes the file, as vfs.Default does, and holds a lock of the filesystem. That of a faultfs does not survive a
//     power cut. Its error is EAGAIN, in an *fs.PathError, if somebody has the lock.
//   - GetDiskUsage knows no limit unless a fault sets one; then the disk is as large as the largest that there is.
//   - Unwrap returns nil: this is the filesystem below all of Pebble's wrappers.
//
// # Versions
//
// vfs.FS is the same in all of Pebble v2 so far, from v2.0.2 to v2.1.7. In v1 (github.com/cockroachdb/pebble, to v1.1.5)
// Create, OpenReadWrite and ReuseForWrite have no category, Stat returns an os.FileInfo, and there is no Unwrap: for v1, copy
// the two files, change the import, and delete those.
package vfs
