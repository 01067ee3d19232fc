// Package kernelfs makes and mounts real filesystems, those of the running kernel, on disks of package blockfs.
//
// A disk is formatted by the filesystem's own mkfs and mounted through a loop device, so the kernel runs the same code as on
// any other disk. Mounting a disk that a power cut has left makes the kernel recover it: it replays the journal of ext4, the
// log of XFS, and the log trees of btrfs. Nothing here is simulated.
//
// It needs Linux, root, the drivers fuse and loop, and the programs that make the filesystems. Missing and
// Filesystem.Missing say what is not there, and how to get it.
//
// Callers: package calibrate, and package kernel of the workloads.
package kernelfs
