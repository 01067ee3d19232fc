// Package program tortures programs that the lab cannot call: servers, command lines, programs in other languages. A program
// runs on a disk of the lab, a faultfs, without knowing it, and says in lines of text what it has done: its acknowledgements. From
// the record of the disk, this package makes the disks that power cuts could have left, lets the program recover each, and
// asks a checker whether everything acknowledged is there.
//
//	rec, err := way.Record(ctx)                          // run it once: the trace of the disk, and what was acknowledged when
//	result, err := program.Explore(ctx, rec, way, opts)  // cut the power everywhere, recover, judge
//
// # A way of running a program
//
// How a program gets the disk is up to a Way, which other packages implement: package native through FUSE, or on copies of
// the disks in directories of this machine, and package wasm in this process. A further way needs these two methods:
//
//	Record     runs the program once on an empty faultfs.FS, and returns its trace and its acknowledgements
//	Recoverer  returns something that recovers images, one at a time: each worker of a search has one of its own
//
// A Recoverer either observes or reads all. One that observes hands the undecided image to the program, so that the image
// decides when the program looks: the search takes every answer in turn, and each image stands for all those that the program
// cannot tell apart. One that does not gets images of which everything is decided, each content once: they can be copied.
//
// # Promises
//
//   - P1: acknowledgements are on the clock of the disk. One that was given before an operation of the disk counts at each cut
//     after it. A way that cannot tell the moment exactly may put it later, never earlier.
//   - P2: a crash point is exhaustive only if every image was recovered, none was sampled, and nothing strayed from the search.
//   - P3: a pass needs evidence: images that were recovered after acknowledgements with something at stake. Without any, the
//     result is inconclusive and says why.
//   - P4: only what the checker says is a finding. A checker that cannot be run, or that ends in a way that is no answer, is an
//     error of the lab. One that does not come to an end in time has found that the program hangs.
//   - P5: a finding replays: it holds the recording up to the crash and which operations were lost. It is recovered again
//     before it is reported, and says how often it showed. What
//     was wrong once, and never again, makes the result inconclusive.
//   - P6: equal recordings and options give equal images, in the same order within a crash point.
//   - P7: a finding is made smaller before it is reported: no loss can be taken from its image, and its crash point is as early as
//     halving finds. What the program did is not cut, because a program does not do the same again.
//   - P8: once hundreds of images were wrong, only a few more of each crash point are recovered, and such a point counts as sampled.
//
// The files:
//
//	recording.go   what a program did, and what it acknowledged
//	tape.go        the disk and the clock on which a Way records
//	way.go         Way, Recoverer and Answer
//	explore.go     crash points to workers, and what they find to a result
//	point.go       the images of one crash point
//	nest.go        crashes during a recovery
//	whole.go       everything on an image: to copy it, or to know that it was there before
//	result.go      the figures and the verdict
//	finding.go     what was found, with its explanation
//	shrink.go      a finding with fewer losses, at an earlier crash point
//	audit.go       what is not durable when the program acknowledges, without any recovery
//	life.go        single images, for the experiments of package explain
//
// Callers: the packages native and wasm, which are ways of running programs, golden, lrec, and the command exec.
package program
