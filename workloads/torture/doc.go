// Package torture is the lab. It runs a storage engine on a simulated disk, cuts the power at every filesystem
// operation, lets the engine recover from the disks that a crash may leave, and checks the recovered contents against
// what the engine promised.
//
// The search works like this:
//
//  1. Record. The workload runs once, on a faultfs.FS. Every filesystem operation and every client operation takes a
//     tick of the same clock, so one recording holds the trace of the disk and the history of the clients.
//  2. Cut. Both are cut at the same tick. Up to there, the trace determines which disks a crash may leave (the crash
//     images: unsynced writes and names may be kept, lost or torn), and the history says what had been acknowledged.
//  3. Recover. The engine opens an image. The state of a byte or a name stays undecided until the engine reads it; then
//     a depth-first search tries each possible answer in turn.
//  4. Judge. The recovered contents must fit the acknowledged operations. A mismatch is a finding: it is explained,
//     shrunk, and saved with a token that replays it.
//
// One recorded run thus yields thousands of checks. This package has the public API (Check for programs, Run for tests)
// and the campaign, which spreads runs over a matrix of workloads and faults. The packages below do the work. Each may
// import those above it in this list:
//
//	contract  Target, Env, Promises, Goal: what an engine is to the lab
//	stack     which code a call on a stack belongs to
//	gotest    how to run the tests of this process from a shell
//	apart     work in a child process, and how it died
//	plan      spec and seed -> script, faults, rules
//	remains   what a store leaves behind: goroutines, open files, space
//	record    one run of the script: the trace of the disk and the history of the clients
//	judge     checks of what the clients saw and of what a recovered store shows
//	recovery  one recovery by the engine, timed
//	audit     further demands on a crash image: verification, repair, read-only opening, copies
//	visit     a client of a store that has just recovered
//	decide    when the state of pending operations is decided: as recovery reads, or before
//	shape     which crash points look alike
//	explore   crash points, images, crashes of recoveries: the search
//	explain   the missing order, and the filesystems on which it matters
//	shrink    the smallest run that fails
//	seal      bytes as text that can be typed
//	evidence  findings, tokens, saved evidence, Go tests
//	wording   findings as lines of text
//	worst     a closer look at recoveries from the worst power cuts
//	quota     how much work a pass requires
//	survey    which calls an engine makes, and whether a rule matches any
//	replay    reproducing a failure, judging saved evidence again
//
// Names from these packages that users need are aliased in aliases.go.
//
// The promises, and the packages that keep each:
//
//   - T1 (explore): images are explored by observation. Whatever a crash leaves open is decided when recovery looks at
//     it. A depth-first search takes every answer in turn, so each leaf stands for all images that recovery cannot
//     tell apart. A crash point counts as exhaustive only if the search finished, no single observation (a look) needed
//     more answers than the limit (see faultfs.ImageOptions), and no recovery diverged. The limit is on the outcomes of
//     a look, not on the number of pending operations; operations that change no byte are ignored. At a look beyond the
//     limit, only subsets of the operations with few holes are tried, and the crash point counts as bounded (see
//     explore.Class, which defines holes). The first crash points of a run with many pending operations get up to a
//     thousand images each, later ones a few hundred with fewer holes, so that a run on a disk that syncs nothing still
//     ends.
//
//     This requires a recovery that makes the same reads when it sees the same bytes. One that reads the disk from
//     several goroutines does not, and soon shows it. From then on the images of its target are decided before
//     recovery starts: all distinct disks of a crash point if there are at most 128, otherwise a sample of 64, chosen
//     where mistakes tend to show. The result counts these crash points, and claims none as exhaustive that was
//     explored before this was known.
//
//   - T2 (record): cuts are sharp. A client operation acknowledged before the next filesystem operation counts as
//     acknowledged; one called after the last filesystem operation before the cut counts as not started.
//
//   - T3 (torture): no fault, no verdict. A cell is Inconclusive if its fault was never injected, its clients committed
//     nothing, no crash came after a commit that had to survive it, or nothing was pending at any crash (except with
//     rot, with the profile lose-none, or if every possible image was recovered). In three runs out of four, faults
//     start only once the store is loaded, because an earlier one can stop the store before anything is at stake. An
//     error is excused only if a fault preceded it, or within the bounds stated in excused.go of package judge. If
//     nearly all operations of one kind end with such errors, the result is Inconclusive.
//
//   - T4 (evidence, replay): a finding replays. Its token repeats a run of one client from the seed. Its saved
//     evidence repeats any run, because it holds the operations themselves. Both include the engine limits of the run,
//     which also apply to its recoveries.
//
//   - T5 (record, explore): an engine that hangs, in an operation or in a recovery, is a finding and ends the
//     exploration of its run. Its goroutines are leaked, since nothing can stop them; after a few hangs the campaign
//     gives up. An engine that ends the process (a panic in its own goroutine, a fatal error of the Go runtime,
//     os.Exit, log.Fatal) is a finding too, if the lab runs in a child process; on Linux the command and Run arrange
//     that. The campaign keeps a journal, and a new child continues from it (Outlive) without repeating the fatal run.
//     A cell is given up after three deaths, the campaign after 64.
//
//     A store that does not open on an empty disk is one finding and ends the campaign. So is one that shows data on an
//     empty disk, because it must keep its data somewhere else. If an engine changes the working directory, the lab
//     changes back and the result is Inconclusive.
//
//   - T6 (recovery): the lab's own time is measured, not estimated: it is everything outside the engine's calls.
//
//   - T7 (torture): a pass of a run that nothing narrows down has cut power in every dangerous situation that its
//     target names. Crash points in such situations come first. If some remain, further runs are recorded until one
//     reaches them, some with limits that make it likelier. If a situation does not show on the disk, the target
//     reports it with Env.Note.
//
//   - T8 (explain): an explanation is an experiment. It recovers images that lack certain operations and no others,
//     and names the earliest crash that fails with that loss. Given a choice, it prefers a loss whose order, when
//     restored, makes the image pass, and among changes to one name the last. If the failure needs no loss, it leaves
//     out one operation at a time and says which later operation came too late. It reports only what it observed, for
//     the same kind of failure about the same operations. With the order restored, the crash that it names passes; if
//     the image that originally failed does not, it says so.
//
//   - T9 (torture, explain): a pass states what was explored under each crash profile; a profile without images makes
//     the run Inconclusive. A finding states under which profiles it fails: the same recording was crashed around the
//     same point under each.
//
//   - T10 (explore): crashes of recoveries are exhaustive to depth 2 on tiny runs and sampled on larger ones; the
//     result counts the crash points where nothing was left out. In addition, one store of each run goes through a
//     hundred crashes in a row, and must keep its promises each time. If it then has more files or more bytes, or makes
//     more calls that change the disk, it goes through another hundred, in which it must not go on growing. Such a
//     finding gives the number of crashes; the last one is explained like any other, and growth is explained by what is
//     left in the store.
//
//     Some runs without a fault also take a store on its own disk through many rounds of the same work, sessions, and
//     failing attempts to open it (package remains). Its goroutines, open files, files and bytes must not grow from
//     round to round, and it must respect the limit on open files that its target states. After every other round, and
//     at the end of half of the runs without a fault, a store that can tell (workloads.Rester) must come to rest by itself.
//
//   - T11 (torture): the sweep places its faults without randomness. It ends when no call is left for its fault to hit;
//     if it has to stop earlier, the result says so.
//
//   - T12 (torture): memory is bounded however long a campaign runs: it keeps figures, at most 64 findings, and the
//     current recording.
//
//   - T13 (all): once the context is done, no run, recovery or experiment starts, and those under way get at most
//     another second. A run that takes longer than an eighth of Options.Limit is cut off and makes the result
//     Inconclusive. Explaining and shrinking findings may take half of Options.For, or ten seconds if that is more. The
//     search for their circumstances may take as much again. Only two kinds of findings depend on time: an engine hangs
//     if it answers none of its operations for Options.Patience, and it leaves work undone if it says so and makes no call
//     of the disk during thousands of pauses.
//
//   - T14 (explore, evidence): a finding says whether it repeats. The image that failed is recovered eight more times.
//     If it does not fail each time, the finding and its token say how often it did, and no experiments are made with
//     it.
//
//   - T15 (explore, plan): faults reach recovery. Some images are recovered again with one of the recovery's own calls
//     failing, then without the fault, then after another crash. Rules that hit nothing in a run are injected into its
//     recoveries. A failure is compared with the same steps without the fault: if those fail too, the finding is about
//     reopening a store. Some images are reopened without any fault.
//
//   - T16 (explore): the same disk shows the same contents. Some images are recovered again with every decision
//     repeated, and so are the first few images of each explorer that a judge rejects. Two different contents of one
//     disk are a finding, whatever the store promises, unless Target.RecoveryVaries is set: a user who saw one of them
//     may find the other after the next crash, although nothing happened in between. Replays recover each image several
//     times, because an intermittent failure may not show at once. A recovery that makes different reads but shows the
//     same contents is not a finding; see T1.
//
//   - T17 (quota, torture): the quota decides, not the clock. A pass requires a fixed number of crash points in each
//     cell, spread over whole runs, plus what T3, T7 and T9 ask for. Options.For only says how long to continue after
//     that. A cell that falls short gets further runs. If the quota takes longer than Options.Limit, or the run is
//     stopped early, the result is Inconclusive and says what is missing. With Options.Rounds, all rounds are
//     required, however long they take.
//
//   - T18 (survey, torture): a user's rule is injected, or refused with a list of what would match. First, a survey
//     records a few runs of each workload, each with its own seed and limits, and recoveries from their crashes. A rule
//     that matches none of these calls is refused; a workload that makes no such call is left out. A rule that the
//     first round did not inject anywhere is refused too, unless something else was found.
//
//   - T19 (torture): the scenario small goes through every script up to a given length, with every crash point, every
//     image, and every crash of every recovery. Its result says whether the scope was completed, and otherwise at
//     which script to continue.
//
//   - T20 (torture): an audit judges nothing. It runs each workload once with one client and reports what was not
//     durable at an acknowledgement, so that a power cut at that moment could have lost it. That is a hint, never a
//     finding (package hints).
//
// Campaigns share no state, so several may run at once.
//
// The package exports more names than usual because it is the only one that users import. It has 29 files because each
// part of a campaign has its own. Ten of them depend on each other in a cycle, since what a campaign does next depends
// on everything that it has done.
//
//structure:limits exported=72 files=29 cycle=10
package torture
