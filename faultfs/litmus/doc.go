// Package litmus is a suite of small programs, each with the exact set of disks that a power cut at its end may leave,
// for every profile of package faultfs. It judges the crash model, and it can judge real filesystems.
//
//	for _, p := range litmus.Programs() {
//		verdict, err := litmus.Check(p, faultfs.PosixMin()) // the model against the file, outcome by outcome
//	}
//
// On a real disk: p.Setup(fs), seen := p.Run(fs), cut the power, mount, state := litmus.State(fs), and ask whether the
// set of p.Allowed has litmus.Outcome(seen, state). Dir is a mounted directory as such an fs.
//
// # Promises
//
//  1. The model's set is complete and no larger: Model tries every image that State can tell apart (faultfs.Explore).
//  2. A verdict is right only if both sets are equal. What only the file has is Missing, what only the model leaves Extra.
//  3. A program is a function of its file: no clock, no randomness, no goroutines.
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
//	create F, open F, close F     a handle under the name that it is opened with; create cuts what is there
//	open-sync F                   the same as open, with O_SYNC
//	write F LETTER OFFSET LENGTH  at an offset; bytes of one letter
//	append F LETTER LENGTH        at the end
//	truncate F LENGTH
//	fsync F, fdatasync F          of an open file
//	fsync-dir D                   of a directory; / is the root
//	mkdir D, rmdir D, unlink F, rename F TO, link F TO, symlink TARGET F
//
// These must succeed. The others are observed, and what they see is part of the outcome:
//
//	try-fsync F                   fsync:ok or fsync:EIO
//	failed-fsync F                the same, while the disk refuses what is written to it
//	read F                        read:CONTENT, all of an open file
//
// and evict F takes an open file out of memory, so that only the disk and its journal have it. failed-fsync and evict need a
// filesystem that is Faulty.
//
// # Outcomes
//
// An outcome is the words of what the program observed, a bar, and the state of the disk; without observations there is
// no bar. A state is one word for each path, sorted, a directory before what is in it:
//
//	/f=o512+.100+?8   a file: 512 times the letter o, 100 zeros, 8 bytes that are neither (stale or torn)
//	/f=               an empty file
//	/d/               a directory
//	/s->target        a symbolic link
//	nothing           an empty disk
//
// Alternatives in braces stand for one outcome each, as in a shell: {/a,/b}={x10,.10} is four outcomes. Neighbours of
// one letter that come of them are joined. An outcome that is listed twice is an error.
//
// # What the sets mean
//
// A set has all that may be found, whenever the filesystem has committed or written back by itself: a kernel that is
// left alone for the second that a test takes shows fewer. The sources are what documents, kernel tests and papers say;
// comments in the files say what was concluded from them.
package litmus
