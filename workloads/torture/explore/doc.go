// Package explore is the search of the lab. It cuts the power of a recorded run at every operation that changes the disk,
// recovers every disk that the cut could leave, and judges what the engine shows.
//
// The run itself happens only once. Its trace and its history are replayed up to a crash point; from there the pending
// operations span a set of crash images (see package decide), each of which is recovered in memory. Most crash points have
// few images, because little is pending between two syncs. For the others there are three economies, and the tally says for
// each crash point which of them were used (see Class): recovery itself decides what is worth distinguishing, looks at many
// pending operations are answered by subsets with few holes, and as the last resort the images are a sample.
//
// A Subject is a recording with its judges; a Request says which part of it to explore, and how far; Explore returns the
// Outcome. The work is done by explorers, one goroutine each, which take crash points from a common queue.
//
// The budget is counted in crash points and images, never in time, wherever it affects which images of a crash point
// are recovered. A crash point then has the same images on a fast machine and on a slow one, and the image of a failure
// keeps its number. Time can only end an exploration, between two crash points or two images. Crash points that are
// owed are explored even after that, so a run on a slow machine cannot pass merely because it did little.
//
//	request.go      what to explore               nested.go      crashes during a recovery and soon after it
//	exploration.go  all explorers, and hangs      second.go      the second life of a store, and its crash points
//	feed.go         crash points, one by one      secondjudge.go what a second life has to keep
//	explorer.go     one explorer, and its image   endure.go      a hundred crashes in a row
//	point.go        one crash point               repeat.go      the same image twice
//	deciding.go     its images, one by one        survival.go    how many acknowledged commits survived
//	class.go        how completely it was explored leaks.go      does a store keep growing, or making more calls?
//	recovered.go    disks recovered before        nestedpoint.go one crash of a second life, and its images
//	accept.go       judging a recovered state     tally.go       figures, and adding them up
//	verdicts.go     verdicts to be reused         outcome.go     what was found
//	life.go         experiments on single images  passes.go      the order of the crash points
//	audit.go        which images are audited      situations.go  crash points that hit goals
//	confirm.go      does a failure repeat?        faulty.go      recoveries on a failing disk
//	laterlife.go    lives after the first         grown.go       files left by many crashes
//	failure.go      failures, and fingerprints    faultycall.go  the call that a fault hit, and reads of damaged files
//	checkedlife.go  power cuts and calls of standing checks
//
// Promises:
//
//   - E1: images are explored by observation (T1 of package torture). Wherever the disk may be in one state or another, an
//     image is undecided until recovery looks. The search takes every answer in turn, depth first; each leaf stands for
//     all images that recovery cannot tell apart.
//
//   - E2: a crash point counts as exhaustive only if the search finished, no look needed more answers than the limit, and
//     nothing diverged. It counts as bounded if some look needed more and every subset with few holes was tried there
//     (Class). A search with too many images starts again with smaller limits, so that samples remain rare. Once a
//     recovery has diverged, as recoveries with several goroutines do, nothing is claimed for what was searched until
//     then; see E8.
//
//   - E3: an engine that hangs ends the exploration (T5). Most other images would hang too, and each costs the full
//     patience.
//
//   - E4: crashes of recoveries are exhaustive to depth 2 if every recovery is crashed in turn; the tally counts the crash
//     points at which nothing was left out (T10).
//
//   - E5: crash points come in passes over the whole run, each finer than the one before, so that an exploration that
//     is cut short has seen all parts of the run, its end included. After the first pass come crash points whose shapes
//     (package shape) were not explored yet. Shapes only affect the order: no crash point is left out because it looks
//     like another.
//
//   - E6: an explorer writes only to what it owns, and nothing writes to the subject, except that Looks and Shapes collect
//     what was learned and are safe for concurrent use. Any number of explorations may share a subject.
//
//   - E7: some images are also recovered on a disk that fails, and once more after it is healthy again. A loss is blamed
//     on the fault only if the same calls lose nothing without it.
//
//   - E8: if the recoveries of a target diverge, its images are decided before recovery looks (package decide), at the
//     crash point where that showed and at all later ones: all images if there are few, a sample otherwise. A disk that
//     was recovered and accepted at another crash point is judged again, but not recovered again; the first image of each
//     crash point is always recovered. The operations of a second life need not come in the same order each time, so a
//     failure there is reproduced by trying all of them.
//
// The package has more than 25 files because each kind of crash, and each question asked about an image, has its own file.
//
// A crash is a power cut. A life of a store is what happens between two crashes: the recorded run is the first life,
// and what an engine does on a crash image until that is crashed in turn is the second. An explorer is a goroutine that
// searches. Clients are the clients of the recording.
//
//structure:root explorer
//structure:limits files=32
package explore
