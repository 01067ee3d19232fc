// Package torture is the lab: it runs an engine on a disk that can lose power, cuts the power everywhere, recovers
// every disk that could be left, and judges what the engine shows.
//
// One execution yields thousands of checks. The workload runs once on a faultfs.FS, and every filesystem operation and
// every client operation takes a tick of one clock. Cutting the trace of the disk and the history of the clients at the
// same tick gives a crash: a set of possible disks, and what was acknowledged by then.
//
//	plan      spec and seed -> script, rules          plan.go fault.go faults.go scenario.go
//	record    run the script once                     record.go hang.go
//	rehearse  run it more often, without crashes      rehearse.go
//	live      judge what the clients saw              live.go
//	explore   crash points -> workers                 explore.go
//	worker    one crash point, image by image         worker.go choices.go recover.go probe.go survival.go orders.go
//	repeat    recover some images twice               repeat.go
//	nested    crash the recovery too                  nested.go
//	endure    crash a hundred recoveries in a row     endure.go
//	profiles  the same recording on other filesystems profiles.go
//	sweep     each filesystem call fails in turn      sweep.go
//	explain   the order that is missing               explain.go scene.go sources.go
//	shrink    the smallest run that fails             shrink.go keep.go gotest.go reproduce.go
//	finding   what to show and how to see it again    finding.go token.go evidence.go replay.go rejudge.go
//	goals     what a pass must have reached           goals.go
//	died      a panic that ended the process          died.go
//	check     the campaign over all of this           check.go cell.go verdict.go
//
// The promises:
//
//   - T1: images are explored by observation. A crash image is undecided where the disk may be this or that, and
//     decides when recovery looks. A depth-first search takes every answer in turn; each leaf stands for all images that
//     recovery cannot tell apart. A crash point counts as exhaustive only if the search finished, no look met more
//     undecided operations than the limit, and nothing diverged.
//
//   - T2: cuts are sharp. An operation that was acknowledged before the next filesystem operation counts as
//     acknowledged; one that was called after the last one counts as not begun.
//
//   - T3: no fault, no verdict. A cell whose fault was never injected, whose clients committed nothing, or whose crashes
//     lost no byte although nothing rotted, is Inconclusive. Three faults of four begin when the store is loaded: one that hits earlier poisons
//     the store before anything is at stake. An error is excused only if a fault came before it.
//
//   - T4: a finding replays. Its token repeats a run of one client from the seed; its saved evidence repeats any run,
//     because it holds the operations themselves.
//
//   - T5: an engine that hangs is a finding, in an operation as in a recovery, and ends the exploration of its run. Its
//     goroutines stay behind, since nothing can stop them; after a few hangs the campaign gives up. An engine that panics
//     in a goroutine of its own is one, too, where the lab runs in a process of its own, as the command's does.
//
//   - T6: the lab's own time is measured, not estimated: everything outside the engine's calls.
//
//   - T7: a pass has cut power in every dangerous situation that its target names, if nothing narrowed the run down.
//
//   - T8: an explanation is an experiment. It recovers images that have lost these operations and no others, and names the
//     earliest crash that fails with them; where nothing has to be lost, it leaves out one operation after the other. What
//     it says was seen, not guessed.
//
//   - T9: a pass says what each crash profile had, and one that had no image makes the run Inconclusive. A finding says on
//     which profiles it fails: the same recording was crashed around the same point under each.
//
//   - T10: crashes of recoveries are exhaustive to depth 2 on tiny runs and sampled beyond, and the result says at how many
//     crash points nothing was left out. Beyond that, one store of each run goes through a hundred crashes in a row. It
//     must keep its promises each time and may not grow: in files, bytes, or calls that change the disk.
//
//   - T11: the sweep draws nothing. It ends when its fault finds no call left to hit, or says that it did not end.
//
//   - T12: memory is bounded, however long a campaign is: it keeps figures, at most 64 findings, and the recording at hand.
//
// Check is for programs, Run for tests. All state of a campaign is its own; several may run at once.
package torture
