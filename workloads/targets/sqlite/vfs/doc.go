// Package vfs adapts an afero.Fs, such as the disk of a torture.Env, to the VFS interface of github.com/ncruces/go-sqlite3,
// which is SQLite compiled to Go. Import it, or copy vfs.go:
//
//	vfs.Register("torture", adapter.New(env.FS))
//	db, err := sqlite3.Open("file:" + path.Join(env.Dir, "db") + "?vfs=torture")
//
// Each call makes the same calls to the disk as SQLite's VFS for Unix, in the same order. In particular, the first sync of a
// journal or write-ahead log that was opened with SQLITE_OPEN_CREATE also syncs its directory. But:
//
//   - A file is locked as a whole: whoever has any lock on it excludes everyone else. So a database has one connection at a
//     time, and a second one gets SQLITE_BUSY.
//   - There is no shared memory. For a write-ahead log, set "PRAGMA locking_mode=exclusive" first.
//   - Files are not mapped into memory, and temporary files exist in memory only.
package vfs
