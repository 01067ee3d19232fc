// Package calibrate holds the crash model against the filesystems of the running kernel. It is a module of its own, so
// that users of faultfs do not get the version of go-fuse that it needs.
//
// The programs of package litmus run on real ext4, XFS and btrfs, on a disk that records what it is asked. From the
// record come the disks that a power cut may leave. Each is mounted, so that the kernel recovers it, and what is then on it
// must be an outcome that the model allows. One that it does not allow shows that the model is too strict: programs would
// pass that can lose data. How many of the allowed outcomes were seen says how far the model could be stricter.
//
//	program ─► real filesystem ─► loop device ─► file on blockfs ─► block log
//	                                                                   │ blocklog: what a power cut may leave
//	outcome ◄─ litmus.State ◄─ real filesystem, recovering ◄─ disk ◄───┘
//
// # What is a legal cut
//
// The outcomes of a program are those of a cut after its last call. So a cut lies at or after the mark that the log has
// there; all that was flushed before the mark is safe, and of what came later any part, as package blocklog says. Work
// that the kernel does by itself when a program has ended belongs to it: power is also cut in the middle of it. States
// that are the same disk are looked at once.
//
// # Plans
//
// A kernel writes when it likes; a program that takes a millisecond would see none of that. So each program runs many
// times, each time with a Plan: at some place the kernel is nudged to commit its metadata, to write back the bytes of
// files, or both. No nudge promises anything to the program: if it takes an fsync to force a journal, a file that the
// program does not know is synced. ext4 also runs as it was before delayed allocation, and btrfs with small files
// outside of its metadata. A disk is full of garbage before it is formatted, so that blocks that are shown before they
// are written stand out; and it takes the bytes of files slowly, so that a filesystem that does not wait for them can
// be caught.
//
// # How to read the table
//
// "4 of 5" says that four of five allowed outcomes were seen. What was not seen is not impossible: plans and states are
// a sample, and the model may be wider on purpose. In an allowed outcome "?" stands for bytes that somebody else left
// there, which may be anything. A disk that cannot be mounted or read is an outcome, which no profile allows.
//
// Runs do not repeat bit for bit: the kernel has its own timing. So what was unexpected is reported with the log and
// what survived of it, and Options.Keep saves the disk, to be mounted by hand.
//
// # What it leaves behind
//
// Nothing. Loop devices detach themselves when they are no longer mounted; the command mounts in a namespace of its own,
// which goes away with it, also by SIGKILL; a disk that hangs the kernel is taken away
// after two minutes, which ends that. Disks are memory of the server of package blockfs: up to a few hundred megabytes.
//
// # Not calibrated
//
// Disks with sectors of 4096 bytes, disks that ignore flushes, fast_commit of ext4, F2FS, and crashes during recovery.
// Tried and rejected: dm-log-writes, which needs a driver that many kernels lack; writing images to tmpfs, which was not
// faster; EXT4_IOC_CHECKPOINT to commit, which waits for bytes that a commit does not wait for, so that it hid that
// data=ordered can show zeros.
package calibrate
