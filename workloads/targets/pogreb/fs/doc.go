// Package fs is the adapter from a directory of an afero.Fs, such as the disk of a torture.Env, to pogreb's fs.FileSystem.
// Import it, or copy fs.go:
//
//	db, err := pogreb.Open(fs.Path, &pogreb.Options{FileSystem: fs.New(env.FS, env.Dir)})
//
// pogreb makes its directory by os.MkdirAll, whatever its filesystem is. So the adapter is about one directory, which must
// be there, and pogreb is opened at Path, the directory in which the process is.
//
//   - A call makes the calls of the disk that pogreb's fs.OS makes on Linux, in their order.
//   - Slice reads, as that of fs.OS; pogreb's default, fs.OSMMap, maps files for that. What is written is the same.
//   - CreateLockFile makes the file and holds a lock of the filesystem; the file is left by a crash, and the lock is not. That
//     tells pogreb to recover. Unlock removes the file.
//
// fs.FileSystem is the same in v0.10.1 and v0.10.2.
package fs
