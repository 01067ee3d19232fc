// Package litmus is a suite of small programs, each with the exact set of disks that a power cut at its end may leave,
// for every profile of package faultfs. It checks the crash model, and can check real filesystems.
//
//	for _, p := range litmus.Programs() {
//		verdict, err := litmus.Check(p, faultfs.PosixMin()) // compares the model with the file, outcome by outcome
//	}
//
// On a real disk: p.Setup(fs), seen := p.Run(fs), cut the power, mount, state := litmus.State(fs), and check that the
// set p.Allowed returns contains litmus.Outcome(seen, state). Dir serves a mounted directory as such an fs.
//
// # Promises
//
//  1. The model's set is complete and no larger: Model tries every image that State can tell apart (faultfs.Explore).
//  2. A verdict is right only if both sets are equal. Outcomes only in the file are Missing, those only in the model
//     are Extra.
//  3. A program depends only on its file: it uses no clock, no randomness and no goroutines.
//
// # Files
//
// A line that is not indented is KEY: VALUE; indented lines belong to the key above. A line that begins with # is a
// comment. The keys, in this order:
//
//	id: L03                       as the file's name begins
//	title: replace by rename      one line
//	source: ext4.rst              where the outcomes come from; as often as needed
//	setup:                        steps that make the disk; all of it is durable when the program starts; may be missing
//	program:                      steps; power is cut after the last one
//	posix-min:                    outcomes under a profile, one a line
//	xfs, btrfs:                   outcomes that profiles share
//	lose-none: = xfs              the outcomes of a profile above
//
// # Steps
//
//	create F, open F, close F     a handle under the name that it is opened with; create truncates an existing file
//	open-sync F                   the same as open, with O_SYNC
//	write F LETTER OFFSET LENGTH  at an offset; bytes of one letter
//	append F LETTER LENGTH        at the end
//	truncate F LENGTH
//	fsync F, fdatasync F          of an open file
//	fsync-dir D                   of a directory; / is the root
//	mkdir D, rmdir D, unlink F, rename F TO, exchange F TO, link F TO, symlink TARGET F
//
// These steps must succeed. The following ones are observed, and what they see is part of the outcome:
//
//	try-fsync F                   fsync:ok or fsync:EIO
//	failed-fsync F                the same, while the disk refuses what is written to it
//	read F                        read:CONTENT, all of an open file
//
// evict F drops an open file from memory, so that only the disk and its journal have it. failed-fsync and evict need a
// filesystem that is Faulty.
//
// # Outcomes
//
// An outcome is what the program observed, as words, then a bar, then the state of the disk. Without observations there
// is no bar. A state has one word for each path, sorted, a directory before its content:
//
//	/f=o512+.100+?8   a file: 512 times the letter o, 100 zeros, 8 bytes that are neither (stale or torn)
//	/f=               an empty file
//	/d/               a directory
//	/s->target        a symbolic link
//	nothing           an empty disk
//
// Alternatives in braces stand for one outcome each, as in a shell: {/a,/b}={x10,.10} is four outcomes. Adjacent runs
// of the same letter are joined. Listing an outcome twice is an error.
//
// # What the sets mean
//
// A set contains everything that may be found, whenever the filesystem has committed or written back on its own; a
// kernel left alone for the second that a test takes shows less. The sources are documents, kernel tests and papers;
// comments in the files say what was concluded from them.
package litmus
