// Package blockfs serves disks as files of a FUSE filesystem and records the requests that they receive.
//
// A loop device over such a file turns every request of a real filesystem into a call of this package: a block write
// arrives as a write, a flush as an fsync, a discard as an fallocate. So a disk can be forked, recorded, made to fail
// writes, and thrown away, with only the drivers that every kernel has.
//
// # Two processes
//
// The server is a separate process, and nothing in it ever touches the mount: a process that serves a filesystem and
// waits for it at the same time can hang for ever, beyond the reach even of SIGKILL. Start runs the current program a
// second time; its main or TestMain must call ServeIfAsked first. The two communicate by net/rpc over the child's
// pipes. The server ends when the pipe closes, so it never outlives its client.
//
// The client mounts and passes the connection to the server, which has a mount namespace of its own. So the server never
// belongs to the namespace in which its disks are mounted, and cannot be the last process there. If it were, the kernel
// would unmount the filesystems on the disks while the server exits, and wait for an answer that nobody can give any more.
package blockfs
