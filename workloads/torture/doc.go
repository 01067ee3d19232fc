// Package torture is the lab: it runs an engine on a disk that can lose power, cuts the power everywhere, recovers
// every disk that could be left, and judges what the engine shows. This package has its public API (Check for programs,
// Run for tests) and the campaign over many runs. The work is done by the packages below it, each of which knows only
// those above it in this list:
//
//	contract  Target, Env, Promises, Goal: what an engine is to the lab
//	stack     whose code a call on a stack is
//	gotest    how the tests of this process are called from a shell
//	apart     work in a child process, and how it died
//	plan      spec and seed -> script, faults, rules
//	remains   what a store leaves behind: goroutines, open files, space
//	record    one run of the script: the trace of the disk and the history of the clients
//	judge     what the clients saw, and what a recovered store shows
//	recovery  one recovery by the engine, timed
//	audit     what else a crash image has to withstand: verification, repair, reading only; copies of the store in it
//	visit     a client of a store that has just recovered
//	decide    what an image has of what was pending: decided when recovery looks, or before
//	shape     which crash points look alike
//	explore   crash points, images, crashes of recoveries: the search
//	explain   the order that is missing, and on which filesystems it matters
//	shrink    the smallest run that fails
//	evidence  findings, tokens, saved evidence, Go tests
//	wording   findings as lines of text
//	worst     recoveries from the worst power cuts, looked at closely
//	quota     how much work a pass owes
//	survey    which calls an engine makes, and whether a rule is about one of them
//	replay    seeing a failure again, judging saved evidence anew
//
// The names that users need are aliased here; aliases.go lists them.
//
// One execution yields thousands of checks. The workload runs once on a faultfs.FS, and every filesystem operation and
// every client operation takes a tick of one clock. Cutting the trace of the disk and the history of the clients at the
// same tick gives a crash: a set of possible disks, and the operations acknowledged by then.
//
// The promises, and the package that keeps each:
//
//   - T1 (explore): images are explored by observation. A crash image is undecided wherever the disk may be in one
//     state or another, and decides when recovery looks. A depth-first search takes every answer in turn; each leaf
//     stands for all images that recovery cannot tell apart. A crash point counts as exhaustive only if the search
//     finished, no look needed more answers than the limit (see faultfs.ImageOptions), and nothing diverged. What counts is
//     how many outcomes the look has, and not how many operations are pending: those that change no byte are left out. Where
//     a look needs more, every subset of its operations up to a number of holes is tried, and the crash point counts as
//     bounded; explore.Class says what that means. The first crash points of a run at which many operations are pending have up to
//     a thousand images each, the others a few hundred, with fewer holes: a run on a disk that syncs nothing has an end.
//
//     That takes a recovery that looks at the same if it sees the same. One that reads the disk from several goroutines does
//     not, and shows it soon. From then on the images of its target are decided before recovery looks: all that could be seen
//     of a crash point, if those are at most 128 different disks, and otherwise a sample of 64 of those in which mistakes show.
//     The result says at how many crash points that was done, and counts none as exhaustive that was explored before it was known.
//
//   - T2 (record): cuts are sharp. A client operation that was acknowledged before the next filesystem operation counts
//     as acknowledged; one called after the last filesystem operation before the cut counts as not begun.
//
//   - T3 (torture): no fault, no verdict. A cell is Inconclusive whose fault was never injected, whose clients committed
//     nothing, none of whose crashes came after a commit that had to survive it, or at whose crashes nothing was pending
//     (unless its fault is rot, its profile is lose-none, or all that could be left was recovered). Three of four faults
//     begin when the store is loaded: one that hits earlier poisons the store before anything is at stake. An error is
//     excused only if a fault came before it, or within the bounds that package judge states in excused.go. A store that answers
//     the operations of some kind with hardly anything but such errors makes the result Inconclusive.
//
//   - T4 (evidence, replay): a finding replays. Its token repeats a run of one client from the seed. Its saved evidence
//     repeats any run, because it holds the operations themselves. Both hold the limits of the engine that the run had set;
//     its recoveries have the same ones.
//
//   - T5 (record, explore): an engine that hangs is a finding, whether in an operation or in a recovery, and ends the
//     exploration of its run. Its goroutines are left running, since nothing can stop them; after a few hangs the
//     campaign gives up. An engine that ends the process, by a panic in a goroutine of its own, a fatal error of the Go
//     runtime, os.Exit or log.Fatal, is a finding too, if the lab runs in a child process: on Linux the command and Run see
//     to that. What a campaign has done by then is in its journal, and another child goes on with the rest (Outlive). The run in
//     which the engine died is not made again. A cell is given up after three deaths, the campaign after 64.
//
//     A store that does not open on an empty disk is one finding, and ends the campaign. So is one that shows something on a disk
//     that is empty: it keeps it elsewhere. An engine that leaves the working directory is brought back, and the result is
//     Inconclusive.
//
//   - T6 (recovery): the lab's own time is measured, not estimated: everything outside the engine's calls.
//
//   - T7 (torture): a pass has cut power in every dangerous situation that its target names, if nothing narrowed the run
//     down. What was not reached is steered to: crash points in such situations come first, and once everything else is done
//     further runs are recorded until one gets there, some of them with limits that make it likelier. A situation that does
//     not show on the disk is one that the target notes while it runs (Env.Note).
//
//   - T8 (explain): an explanation is an experiment. It recovers images that have lost certain operations and no
//     others, and names the earliest crash that fails with that loss. Of several it prefers one whose order, if it is kept, leaves
//     an image that passes, and of the changes to one name the last. If nothing has to be lost, it leaves out one operation at
//     a time, and says which later operation came too late. What it says was seen, not guessed, and of this failure: the same kind, about the same
//     operations. With the missing order kept, the crash that it names passes; if the image that failed does not, it says so.
//
//   - T9 (torture, explain): a pass says what was explored under each crash profile, and a profile without any image
//     makes the run Inconclusive. A finding says on which profiles it fails: the same recording was crashed around the
//     same point under each.
//
//   - T10 (explore): crashes of recoveries are exhaustive to depth 2 on tiny runs and sampled beyond, and the result
//     says at how many crash points nothing was left out. In addition, one store of each run goes through a hundred
//     crashes in a row. It must keep its promises each time and must not grow in files, bytes or calls that change the
//     disk. A finding says after how many crashes it failed; the last of them is explained like any other, and a store that
//     grows by what it was left with.
//
//     Some runs without a fault also take a store on a disk of its own through many rounds of the same work, sessions, and
//     attempts to open it that fail (remains). What it holds must not grow each time: goroutines, open files, files, bytes;
//     and it keeps the limit on open files that its target states.
//
//   - T11 (torture): the sweep places its faults without randomness. It ends when its fault finds no call left to hit,
//     or says that it did not end.
//
//   - T12 (torture): memory is bounded, however long a campaign is: it keeps figures, at most 64 findings, and the recording
//     at hand.
//
//   - T13 (all): nothing begins once the context is done, neither a run nor a recovery nor an experiment, and what has begun
//     is waited for no longer than a second. A run that takes longer than an eighth of Options.Limit is cut off and makes the
//     result Inconclusive. Findings are explained and shrunk in half of Options.For, at least in ten seconds, and what surrounds
//     them is looked for in as long again. The one clock that makes a finding is Options.Patience: an engine hangs if none of its operations is answered for that long.
//
//   - T14 (explore, evidence): a finding says whether it repeats. Its very image is recovered eight more times; if it does
//     not fail each time, the finding and its token say how often it did, and nobody experiments with it.
//
//   - T15 (explore, plan): faults reach recovery. Some images are recovered once more while one of the recovery's own calls
//     fails, then without the fault, then after another crash. Rules that hit nothing in a run are injected into its
//     recoveries. What fails is compared with the same without the fault: if that fails as well, it is a finding about a store
//     that was opened again. Some images are opened again without any fault.
//
//   - T16 (explore): the same disk shows the same contents. Some images are recovered again with every decision as it was, and
//     so is every image that a judge rejects, as long as an explorer has few of them. Two contents of one disk are a finding,
//     whatever the store promises, unless Target.RecoveryVaries says that they may differ: a user who was shown one of them
//     finds the other after the next crash, although nothing has happened in between. Replays recover each image several
//     times, since what comes and goes need not come at once. A recovery that shows the same after other looks at the disk is
//     no finding; see T1.
//
//   - T17 (quota, torture): the quota decides, not the clock. A pass owes so many crash points in each cell, spread over whole
//     runs, with what T3, T7 and T9 ask for; Options.For only says how long to go on once that is done. A cell that got too
//     little is continued by further runs. If the quota takes longer than Options.Limit, or the run is stopped before, the
//     result is Inconclusive and says what is missing. A run of so many Rounds owes them, whatever they take.
//
//   - T18 (survey, torture): a rule of the user is injected, or refused with what there is instead. It is refused before anything
//     else if no call of a survey is about it: a few runs of each workload, with seeds and limits of their own, and recoveries
//     from their crashes; and after the first round if it was injected nowhere, unless something else was found. Workloads that
//     make no such call are left out.
//
//   - T19 (torture): the scenario small goes through every script of up to so many steps, with every crash point, every image, and
//     every crash of every recovery. Its result says whether all of that was done, and otherwise with which script to go on.
//
// A campaign shares no state with others, so several may run at once.
//
// The package has more exported names than usual: it is all that a user of the lab imports, so the names of the packages below
// that users need are repeated here.
//
// It has 28 files because each part of a campaign is one; ten of them use each other, since what a campaign does next depends on all
// that it has done.
//
//structure:limits exported=69 files=28 circle=10
package torture
