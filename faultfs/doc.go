// Package faultfs is an in-memory filesystem that can lose power, fail and lie. It can then produce every disk that may
// be found afterwards.
//
// An FS implements afero.Fs and behaves like the operating system's filesystem (faultfstest checks both with one
// suite). It records every operation. With this record, power can be cut at any tick and any number of times, even
// while the program keeps running. Each crash image is an independent FS on which recovery runs:
//
//	fs := faultfs.New(faultfs.Options{})               // run a program on fs, then:
//	model := faultfs.Model{Profile: profile}           // the rules that say what may survive
//	line := faultfs.NewTimeline(fs, model, 0)          // the record of fs
//	point := line.Advance(tick)                        // power is cut after the operation at tick
//	img := point.Image(faultfs.ImageOptions{           // the disk that recovery finds
//		Chooser: chooser,                              // decides what survived, when recovery looks
//	})
//	again := faultfs.NewTimeline(img, model, img.Now()) // recovery can be crashed in turn
//
// # Promises
//
//  1. What a sync made durable is in every image: a file's bytes and size after a Sync of the file, a directory's
//     names after a Sync of the directory. Nothing else is durable; see GUARANTEES.md for each operation.
//  2. Every image is legal: it is the durable state plus a subset of the pending ops, applied in order. The subset is
//     closed under the order that the profile keeps.
//  3. Every legal image can be found: a Chooser that tries all answers reaches every state that observations can
//     distinguish, and no other. The tests check this against brute force, also for crashes of crash images.
//  4. Decisions are lazy. An op is decided only when someone looks at something that it could change: a name, a
//     listing, a size, a sector. Listing a directory or finding a name decides no size and no bytes. The exception is
//     sampled images, where an observation that would take more answers than ImageOptions.Limit is answered as a whole.
//  5. A killed process loses nothing: the image of LoseNone is what the program saw.
//  6. A truncation is final: bytes that it removed, or that are beyond the size left by a crash, read as zeros if the
//     file grows again. Those within the last page may become zeros before the truncation is on the disk, and under the
//     profile ext4-writeback a write there may bring them back.
//  7. A file that is only renamed has exactly one of its names in every image. It may have both only after a move to
//     another directory under the profile btrfs or on a device with rename-split. It never has neither, except after an
//     exchange across directories with rename-split.
//  8. The same trace, tick, profile and answers give the same image, byte for byte. No clock and no global randomness
//     are used, and no map is ranged over where the order matters.
//  9. Images share what they do not change. Creating one copies no file.
//  10. A fault hits only what its Rule names, is counted, and is recorded in the trace; see FAULTS.md. Errors are
//     those of an operating system: an *fs.PathError or *os.LinkError around an errno. Every method that touches the
//     disk can be hit. Images can have rules like any other filesystem (SetRules).
//  11. Memory and disk agree under every fault: what a read returned after an eviction is in every later image, unless
//     it was written again or a journal is replayed (as=ext4-journal). A failed write-back is reported once per handle.
//  12. Paths and flags mean what they mean on Linux, and calls fail with the errors that package os returns there.
//     This includes trailing slashes and dots, "..", links of every kind, lengths, O_DIRECTORY, O_NOFOLLOW, O_PATH and
//     access mode 3. Relative paths start at the root, and ".." does not lead above it.
//
// # Words
//
// A pending op is the smallest unit that a power cut keeps or loses: the directory changes of one call, one step of a
// file's size, or the bytes of one call within one sector of 512 bytes. A crash point is a tick with its durable state
// and its pending ops. A family is the sample of subsets that is tried when one observation would take more yes-or-no
// answers than ImageOptions.Limit; such images report Sampled. Each undecided op takes one answer, except that the n
// ops of an ordered sequence take about log2 n. A Model is a profile, which has the rules of a filesystem, and a
// device.
//
// # Not modelled
//
// Modes, owners, times and memory maps. Chmod, Chown and Chtimes succeed and do nothing. Files without a name (O_TMPFILE)
// and extended attributes exist through Inode only. Files have at most 64 GiB. Sync covers the same as SyncData
// (fdatasync), and no times.
//
// # Beyond afero.Fs
//
// Hard links, the exchange of names, locks, free space, fdatasync and preallocation are optional interfaces, in
// beside.go: Linker, Exchanger, Locker, SpaceReporter, DataSyncer, Preallocator and HolePuncher. Package osfs presents
// everything in the shape of package os, for engines that have such an interface and for adapters to other interfaces.
//
// A kernel that serves an FS to processes works with inodes instead of paths: FS.Inode and the type Inode, in inode.go,
// inodenames.go and inodeattrs.go. They add what package os lacks: renames over empty directories, files without a name,
// extended attributes, and files by number.
//
// # Concurrency
//
// All methods of an FS and of its files are safe for concurrent use. A Timeline may be used by one goroutine at a time,
// and so may a CrashPoint while its images are made. Different crash points, and images once they are made, are
// independent. A Chooser is called under the lock of its image and must not use that image. A Rule keeps counts, so it
// belongs to one FS.
//
// # Structure
//
// The packages build on one another in this order, which lint enforces:
//
//	trace     the vocabulary: operations, directory edits, inode numbers, effects of faults
//	rule      fault rules: grammar, matching and counting
//	disk      the content of a disk: names and bytes, shared copy-on-write
//	model     profiles and devices: the rules by which a power cut leaves a disk
//	crash     the crash model: pending ops and their order, crash points, undecided images
//	openflag  the meaning of the flags of open(2)
//	faultfs   the filesystem that a program runs on, and images as such filesystems
//	osfs      any afero.Fs in the shape of package os
//
// In this package, fs.go, file.go, open.go, namespace.go, rename.go, symlink.go and list.go have the calls of afero.Fs,
// and exchange.go has one more. They work on what node.go, lookup.go and resolve.go provide: nodes in memory on top of
// a disk and, in a crash image, on top of what is undecided about it. record.go writes the trace. fault.go decides
// whether a rule hits a call; inflight.go, sync.go, writeback.go, space.go and latency.go carry faults out.
// timeline.go, image.go and explore.go wrap package crash.
//
// Names that users need from the other packages are aliases here (trace.go, model.go), so that a program need import
// only faultfs. That is why the package exports more than 60 names: 38 of its 90 are constants of package trace. It has
// more than 25 files because each kind of call has one. The largest dependency cycle between files has 5 files, or 16
// counting uses of FS's members: one lock guards the whole tree, so all calls are methods of FS.
//
// Package litmus checks the profiles against what filesystems are known to do, package calibrate against what kernels
// really do; faultfstest is the suite for the calls. Tried and rejected: wrapping afero.MemMapFs, whose Sync does
// nothing and whose concurrent ReadAt returns wrong bytes; deciding an image when it is created, which takes 2^n images
// although recovery can tell only a few of them apart.
//
//structure:root FS
//structure:limits files=35 exported=90
package faultfs
