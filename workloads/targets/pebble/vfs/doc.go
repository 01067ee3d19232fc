// Package vfs adapts an afero.Fs, such as the disk of a torture.Env, to Pebble's vfs.FS. Import it, or copy fs.go and
// file.go:
//
//	db, err := pebble.Open(env.Dir, &pebble.Options{FS: vfs.New(env.FS)})
//
// # Where Pebble's interface leaves a choice
//
//   - Each call makes the same calls to the disk as vfs.Default on Linux, in the same order. Create removes an existing
//     file of the name and creates a new one. ReuseForWrite renames the old file and opens it without truncating it.
//   - SyncData is fdatasync. SyncTo does nothing and reports that it was not a full sync: Pebble's own
//     starts writing dirty pages, which promises no durability. If it synced, it would hide missing syncs.
//   - Preallocate does nothing, which the interface allows: Pebble's own keeps the size of the file, and is used only for
//     files with a descriptor. Fd returns vfs.InvalidFd, and Prefetch does nothing.
//   - Lock creates the file, as vfs.Default does, and takes a lock of the filesystem. On a faultfs the lock does not
//     survive a power cut. If the lock is held, the error is EAGAIN in an *fs.PathError.
//   - GetDiskUsage reports no limit unless a fault sets one: without one, the disk has the largest possible size.
//   - Unwrap returns nil: this filesystem is below all of Pebble's wrappers.
//
// # Versions
//
// vfs.FS has been the same throughout Pebble v2, from v2.0.2 to v2.1.7. In v1 (github.com/cockroachdb/pebble, up to
// v1.1.5), Create, OpenReadWrite and ReuseForWrite take no category, Stat returns an os.FileInfo, and there is no
// Unwrap: copy the two files, change the import, and delete those.
package vfs
