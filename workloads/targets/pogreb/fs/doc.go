// Package fs adapts a directory of an afero.Fs, such as the disk of a torture.Env, to pogreb's fs.FileSystem. Import
// it, or copy fs.go:
//
//	db, err := pogreb.Open(fs.Path, &pogreb.Options{FileSystem: fs.New(env.FS, env.Dir)})
//
// pogreb creates its directory with os.MkdirAll, whatever its filesystem is. So the adapter presents a single
// directory, which must exist, and pogreb is opened at Path, the working directory of the process.
//
//   - Each call makes the same calls to the disk as pogreb's fs.OS on Linux, in the same order.
//   - Slice reads, like that of fs.OS; pogreb's default, fs.OSMMap, maps files instead. What is written is the same.
//   - CreateLockFile creates the file and takes a lock of the filesystem. A crash leaves the file but not the lock,
//     which tells pogreb to recover. Unlock removes the file.
//
// fs.FileSystem is the same in v0.10.1 and v0.10.2.
package fs
