// Package explore cuts the power of a recorded run at every operation that changes the disk, recovers every disk that could
// be left, and judges what the engine shows. It is the search of the lab.
//
// A Subject is a recording with its judges; a Request says which part of it to explore, and how far; Explore returns the
// Outcome. The work is done by explorers, one goroutine each, which take crash points from a common queue:
//
//	request.go      what to explore               nested.go      crashes of a recovery and soon after it
//	exploration.go  all explorers, and hangs      second.go      the second life of a store, and its crash points
//	feed.go         crash points, one by one      secondjudge.go what a second life has to keep
//	explorer.go     one explorer, and its image   endure.go      a hundred crashes in a row
//	point.go        one crash point               repeat.go      the same image twice
//	deciding.go     its images, one by one        survival.go    what became of acknowledged commits
//	class.go        how completely it was explored
//	recovered.go    disks that are known          nestedpoint.go one crash of a second life, and its images
//	accept.go       judging a recovered state     tally.go       figures, and adding them up
//	verdicts.go     verdicts that are known       outcome.go     what was found
//	life.go         single images, experiments    passes.go      in which order crash points come
//	audit.go        which images are audited
//	confirm.go      does a failure repeat?        faulty.go      recoveries on a disk that fails
//	laterlife.go    lives after the first         grown.go       what many crashes have left
//
// Promises:
//
//   - E1: images are explored by observation (T1 of package torture). An image is undecided wherever the disk may be in
//     one state or another, and decides when recovery looks. The search takes every answer in turn, depth first; each
//     leaf stands for all images that recovery cannot tell apart.
//
//   - E2: a crash point counts as exhaustive only if the search finished, no look needed more answers than the limit,
//     and nothing diverged. It counts as bounded if some look needed more, and every subset with few holes was tried there
//     (Class). Where a search has too many images, it begins again with a smaller bound, so that little is left to a sample. Once a recovery has diverged, as one by several goroutines does, nothing is claimed of what was
//     searched until then; see E8.
//
//   - E3: an engine that hangs ends the exploration (T5). Most other images would hang too, and each costs the same patience.
//
//   - E4: crashes of recoveries are exhaustive to depth 2 where all recoveries are crashed in turn, and the tally says at how
//     many crash points nothing was left out (T10).
//
//   - E5: crash points come in passes over the whole run, each finer than the one before, so that an exploration that is
//     cut short has seen all parts of it, and its end first of all. After the first pass come those of a shape that was not
//     explored yet (package shape); none is left out because another one looks like it.
//
//   - E6: an explorer writes to what it owns alone. Nothing writes to the subject, so any number of explorations may
//     share it.
//
//   - E7: some images are also recovered on a disk that fails, and again once it is healthy. What the store then lost is
//     blamed on the fault only if the same calls lose nothing without it.
//
//   - E8: images of a target whose recoveries diverge are decided before recovery looks (package decide): at the crash point
//     where it showed and at all later ones, all images if they are few, a sample otherwise. A disk that was recovered and
//     accepted at another crash point is not recovered again, but judged again; the first image of each crash point is
//     recovered in any case. Operations of a second life need not come in the same order each time: whoever wants to see a
//     failure there again asks for all of them.
//
// The package has more than 25 files because each kind of crash, and each question that is asked of an image, is one file.
//
// A crash is a power cut, an explorer is a goroutine that searches. Clients are those of the recording.
//
//structure:root explorer
//structure:limits files=30
package explore
