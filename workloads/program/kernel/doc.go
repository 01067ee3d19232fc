// Package kernel runs unmodified programs on real filesystems, ext4, XFS and btrfs of the running kernel, and searches the disks
// that power cuts can leave of them. Package native runs the same programs on disks of the lab, whose crashes follow a model.
// Here nothing is modelled but the disk itself.
//
//	program ─► ext4, XFS or btrfs ─► loop device ─► file on blockfs ─► block log, with the acknowledgements
//	                                                                     │ blocklog: what a power cut may leave
//	checker ◄─ the same filesystem, which recovers by itself ◄─ disk ◄───┘
//
// # What a power cut leaves
//
// A disk has accepted writes and flushes in some order. Everything that it accepted before a flush is safe once the flush
// has completed; of what came after the last flush, any part may survive. So there is a crash point for each stretch
// between two flushes (called an epoch in the code), and each crash point has a disk for every subset of the stretch's
// writes. Writes tear at pages of 4096 bytes, not within. A write with FUA reaches the loop device as a write and a
// flush, which is at least as strict as it has to be.
//
// If there are at most Options.Images disks, all are recovered, and the crash point is exhaustive. Otherwise a sample
// is recovered: the disks that lost none or all of the writes, that kept a prefix or a single write, or that lost a
// single write, and random ones drawn from a seed. Disks with equal content are recovered once for each number of
// acknowledgements.
//
// The lines that a store must still have are those acknowledged before the flush at the end of the stretch was accepted:
// until that flush has completed, the disk may lose any part of the stretch. An acknowledgement is a write to a file of a
// FUSE mount, or to standard output; while the program waits, the disk is asked how many requests it has accepted. So an
// acknowledgement may be counted too late, but never too early.
//
// # The kernel's own writes
//
// The kernel keeps much in memory for seconds, so a program that runs for a second would end before any of that is
// written. The lab therefore makes the filesystem write during the first hundred acknowledgements: its metadata after the
// first of every four, and everything after the third. When the program has ended, both happen once more. The program
// gains no promise by this, because power is also cut just before. The first hundred flushes of a run take some
// milliseconds, as in package native.
//
// The disk has a gigabyte, of which only what was written takes up memory.
//
// A run cannot be repeated, because the kernel has its own timing, but a recording can be searched again: it has the disk
// before the run and all requests. So a finding replays from its file on any machine with such a filesystem. NB: your
// kernel mounts the disk in the file, as root. The form of the file is checked, but the filesystem in it is not, so do
// not replay files from people whom you would not let mount a disk.
//
// # Crashes during recovery
//
// With Limits.Nested, at each crash point one recovery in which the store was right is repeated on a recorded disk: the
// kernel's recovery of the filesystem, and the program's of its store. Then the kernel writes what it has in memory.
// Power is cut in some of the stretches of that recording, too, and the store on the disk must be right after another
// recovery. A finding has the requests of the recovery, so it replays.
//
// # Findings
//
// A finding says which filesystem it was, after which flush power was cut, which writes were lost (as few as suffice), and what
// had been acknowledged. Writes are named by the file and the place whose bytes they carry, as far as the lab saw them in the store.
// It cannot name a missing sync: what the kernel has not written is not in the recording. Instead it compares the store on the disk,
// before the program recovers it, with what the program saw at the last acknowledgement, for the first hundred of them. If they
// differ although no write was lost, the difference was still in the kernel's memory, and no sync had covered it.
//
// Setup, servers, checkers that stay alive and second runs (native.Spec) work as in package native, by the same code.
// There are no undecided images. While a program that acknowledges by file runs, its store has an empty directory
// .torture, on which the files are mounted; recovered stores do not have it.
//
// # Without a checker
//
// A dump (native.Spec.Dump) is compared with the states that the store shows when only the program is killed. These cannot
// be made from the recorded disk, because some of what a killed program has written is still in the kernel's memory. The
// program therefore runs a second time, on a disk of the lab. It must acknowledge the same lines there, and the dump must find
// nothing wrong with the store at the end of the run on the kernel's filesystem; otherwise there is no verdict
// (ErrNotRepeated).
//
// # Faults
//
// With native.Spec.Rules the disk fails writes ("eio write nth=30") or flushes ("eio sync from=3") of the recorded run
// with EIO, counted from its start. What the disk has refused is not in the recording. The kernel reacts as usual:
// fsync returns the error, once, and the kernel forgets what it could not write; or the filesystem becomes read-only. A
// program that acknowledges after such an error has lost data. Recoveries have no faults.
//
// # What it leaves behind
//
// Nothing. Everything is mounted on a stage (package stage), and loop devices detach themselves. The server of the disks lives in
// a mount namespace of its own, see package blockfs, so nobody waits for it when everything is killed at once.
//
// It needs Linux, root, the drivers fuse and loop, and mkfs; Possible says what is missing. Callers: the exec command, and main
// packages, which call ServeIfAsked and pass Job to stage.Main.
//
// The files:
//
//	filesystem.go    the filesystems
//	recording.go     what a disk recorded, and its file
//	request.go       Explore and Replay
//	search.go        the disks of a recording, handed out to the workers of program.Search
//	nest.go          crashes during a recovery
//	golden.go        the run with which a dump is compared
//	finding.go       findings: confirmed, shrunk, in words
//	owners.go        which file the bytes of a write belong to
//	snapshot.go      what a program saw, compared with what a disk has
//	rig_linux.go     disks and mounts
//	record_linux.go  a run
//	recover_linux.go a recovery
//	job_linux.go     what happens on the stage
package kernel
