// Package vfs is the adapter from an afero.Fs, such as the disk of a torture.Env, to raft-wal's types.VFS. Import it, or copy
// vfs.go:
//
//	log, err := wal.Open(env.Dir, wal.WithSegmentFiler(segment.NewFiler(env.Dir, vfs.New(env.FS))), wal.WithMetaStore(...))
//
// raft-wal leaves to its VFS when a directory is synced, so that is a part of what a crash meets: the adapter makes the calls
// of the disk that raft-wal's own package fs makes, in their order. A new file is preallocated, and grows by that. The first
// Sync of a file that was just made syncs the directory, too; Sync of one that was opened again does not. Delete syncs the
// directory.
//
// Only the segments of a log are stored there. raft-wal keeps what it knows of them in a types.MetaStore, by default a bbolt
// file that is mapped into memory, which no afero.Fs can offer; see package raftwal.
//
// types.VFS is the same in v0.4.0 and v0.4.1.
package vfs
