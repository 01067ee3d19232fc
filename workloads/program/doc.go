// Package program tortures programs that the lab cannot call as a library: servers, command-line tools, programs in other
// languages. The program runs unmodified on a simulated disk, a faultfs, and reports each completed step as a line of text:
// an acknowledgement. From the trace of the disk this package builds the disks that power cuts could have left, lets the
// program recover each one, and asks a checker whether everything that was acknowledged is still there.
//
//	rec, err := way.Record(ctx)                          // run it once: the trace of the disk, and what was acknowledged when
//	result, err := program.Explore(ctx, rec, way, opts)  // cut the power everywhere, recover, judge
//
// # A way of running a program
//
// How the program gets its disk is up to a Way, implemented by other packages: native serves the disk through FUSE, or copies
// images to directories of this machine; wasm runs the program inside this process. A Way has two methods:
//
//	Record     runs the program once on an empty faultfs.FS and returns the trace and the acknowledgements
//	Recoverer  returns a Recoverer, which recovers one image at a time; each worker of a search has its own
//
// Package kernel is not a Way, because its program runs on a filesystem of the kernel and not on a faultfs. It has its
// own crash points, images and explanations, and shares the rest with this package: Search, results, findings and
// checkers.
//
// A Recoverer either observes or reads everything. One that observes gives the program an undecided image, which settles the
// fate of a pending operation only when the program looks at it. The search enumerates every choice, so each image stands for
// all those that the program cannot tell apart. A Recoverer that does not observe gets fully decided images, which can be
// copied, and sees each content only once.
//
// # Promises
//
//   - P1: acknowledgements are on the clock of the disk. One given before a disk operation counts at every cut after
//     that operation. A way that cannot tell the exact moment may record an acknowledgement too late but never too
//     early. One recorded too early would demand data that the program had not promised yet, and so raise a false
//     alarm.
//   - P2: a crash point is exhaustive only if every image was recovered, none was sampled, and no recovery strayed from the
//     choices that the search prescribed.
//   - P3: a pass needs evidence: images recovered after acknowledgements, with something at stake. Without any, the result is
//     inconclusive and says why.
//   - P4: only the checker makes findings. A checker that cannot be run, or that exits without a valid answer, is an error of
//     the lab. A checker that does not finish in time means that the program hangs, and one that crashes, that the program
//     crashes; both are findings.
//   - P5: a finding replays: it holds the recording up to the crash and the list of lost operations. Its image is recovered
//     again before it is reported, and the finding says how often it failed. A failure seen only once makes the result
//     inconclusive.
//   - P6: equal recordings and options give equal images, in the same order within a crash point.
//   - P7: a finding is shrunk before it is reported: every remaining loss is necessary, and bisection found no earlier
//     crash point. The operations of a run cannot be left out, because a program does not repeat them exactly. A program
//     that can be told how many steps to do is run again with fewer, see FewestSteps.
//   - P8: failures with the same sentence of the checker may have several causes. Once one of them is explained, an
//     image that fails although it keeps the operation that the explanation names as missing is another finding.
//   - P9: once hundreds of images have failed, only a few more are recovered per crash point; such a point counts as sampled.
//     The image that kept everything is one of them.
//
// The files:
//
//	recording.go   what a program did, and what it acknowledged
//	stacks.go      where in the program's source its operations come from
//	tape.go        the disk and the clock that a Way records on
//	wholedisk.go   syncs everything on a disk
//	way.go         Way, Recoverer and Answer
//	options.go     how much a search tries
//	search.go      what all searches have in common: workers, answers, failures, the verdict
//	explore.go     the search of a recording on a disk of the lab
//	point.go       the images of one crash point
//	nest.go        crashes during a recovery
//	nested.go      what a finding of such a crash says, and its image
//	whole.go       walks the content of an image, to copy it or to recognise a duplicate
//	result.go      the figures and the verdict
//	finding.go     findings
//	report.go      makes a finding of a failure
//	shrink.go      shrinks it to fewer losses and an earlier crash point
//	other.go       looks for failures with the same sentence and another cause
//	steps.go       the fewest steps of a program that show a finding
//	audit.go       what is not yet durable at each acknowledgement, found by package hints
//	life.go        single images, for the experiments of package explain
//
// Callers: packages native and wasm, which implement Way, kernel, golden, lrec, and the exec command.
package program
