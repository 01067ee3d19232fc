// Package vfs adapts an afero.Fs, such as the disk of a torture.Env, to raft-wal's types.VFS. Import it, or copy
// vfs.go:
//
//	log, err := wal.Open(env.Dir, wal.WithSegmentFiler(segment.NewFiler(env.Dir, vfs.New(env.FS))), wal.WithMetaStore(...))
//
// raft-wal leaves it to its VFS when a directory is synced, so that belongs to what a crash tests: the adapter makes
// the same calls to the disk as raft-wal's own package fs, in the same order. A new file is preallocated, which sets
// its size. The first Sync of a newly created file also syncs the directory; Sync of a reopened one does not. Delete
// syncs the directory.
//
// Only the segments of a log are stored there. raft-wal keeps their metadata in a types.MetaStore, by default a bbolt
// file that is mapped into memory, which no afero.Fs can offer; see package raftwal.
//
// types.VFS is the same in v0.4.0 and v0.4.1.
package vfs
