// Package calibrate compares the crash model with the filesystems of the running kernel. It is a module of its own, so
// that users of faultfs do not inherit its requirement on go-fuse.
//
// The programs of package litmus run on real ext4, XFS and btrfs filesystems, on a disk that records its requests. From
// the recording, the package computes the disks that a power cut may leave. Each is mounted, so that the kernel
// recovers it, and its content must be an outcome that the model allows. If it is not, the model is too strict and
// would pass programs that can lose data. The number of allowed outcomes that were seen tells how much stricter the
// model could be.
//
//	program ─► real filesystem ─► loop device ─► file on blockfs ─► block log
//	                                                                   │ blocklog: what a power cut may leave
//	outcome ◄─ litmus.State ◄─ real filesystem, recovering ◄─ disk ◄───┘
//
// # What is a legal cut
//
// The outcomes of a program are those of a cut after its last call. So a cut lies at or after the mark set in the log
// at that point. Everything flushed before the mark is safe, and any part of what came later may be, as package
// blocklog explains. Work that the kernel does on its own after the program has ended is included: power is cut in the
// middle of that as well. States that are the same disk are examined once.
//
// # Plans
//
// The kernel writes when it likes, and usually long after a program that takes a millisecond. So each program runs many
// times, each time with a Plan: at some point the kernel is nudged to commit its metadata, to write back the bytes of
// files, or both. No nudge promises the program anything: if an fsync is needed to force the journal, it syncs a file
// that the program does not know. ext4 also runs without delayed allocation, and btrfs with small files kept out of its
// metadata. A disk is full of garbage before it is formatted, so that blocks shown before they are written stand out.
// The disk is also slow to accept the bytes of files, so that a filesystem that does not wait for them is caught.
//
// # How to read the table
//
// "4 of 5" means that four of five allowed outcomes were seen. An outcome that was not seen is not impossible: plans
// and states are a sample, and the model may be more permissive on purpose. In an allowed outcome, "?" stands for stale
// bytes, which may be anything. A disk that cannot be mounted or read is an outcome that no profile allows.
//
// Runs do not repeat bit for bit, because the kernel has its own timing. So an unexpected outcome is reported with the
// log and what survived of it, and Options.Keep saves the disk, so that it can be mounted by hand.
//
// # What it leaves behind
//
// Nothing. Loop devices detach themselves when they are no longer mounted. The command mounts in a namespace of its
// own, which goes away with it, even if it is killed. A disk that hangs the kernel is removed after two minutes, which
// ends the hang. Disks are held in the memory of the blockfs server, up to a few hundred megabytes.
//
// # Not calibrated
//
// Disks with sectors of 4096 bytes, disks that ignore flushes, fast_commit of ext4, F2FS, and crashes during recovery.
// Tried and rejected: dm-log-writes, because many kernels lack its driver; writing images to tmpfs, because it was not
// faster; EXT4_IOC_CHECKPOINT to commit, because it waits for bytes that a commit does not wait for, which hid that
// data=ordered can show zeros.
package calibrate
