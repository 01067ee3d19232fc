package torture

import (
	"context"
	"math/rand/v2"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/explain"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/quota"
	"github.com/lightningdb/lightning-torture/workloads/torture/replay"
	"github.com/lightningdb/lightning-torture/workloads/torture/shrink"
	"github.com/lightningdb/lightning-torture/workloads/torture/stack"
	"github.com/lightningdb/lightning-torture/workloads/torture/worst"
)

// Target is an engine under test.
type Target = contract.Target

// GoExpr is a Go expression with the import that it needs.
type GoExpr = contract.GoExpr

// Env is all that an engine may touch.
type Env = contract.Env

// Promises says what an engine claims.
type Promises = contract.Promises

// TransientFault is a fault that passes, and after which a store goes on.
type TransientFault = contract.TransientFault

// Limit is a threshold of an engine that a run may set low, so that it meets what lies behind.
type Limit = contract.Limit

// Limits are the limits that a run sets, by name.
type Limits = contract.Limits

// Administration is what an engine offers beside an open store: read-only stores, restoring backups.
type Administration = contract.Administration

// Repaired is the report of a repair.
type Repaired = contract.Repaired

// Loss is what a repair says is lost.
type Loss = contract.Loss

// Goal is a dangerous situation. Power must have been cut in it for a pass to mean something.
type Goal = contract.Goal

// Choice is a thing that can be named in Options, with one line of explanation.
type Choice = plan.Choice

// Finding is a deduplicated failure with what is needed to see it again.
type Finding = evidence.Finding

// TraceLine is one filesystem operation as a reader of a report sees it.
type TraceLine = evidence.TraceLine

// Case is a run with its operations written out: what a finding's Go test holds.
type Case = evidence.Case

// Explanation is the order that a failure shows to be missing.
type Explanation = explain.Explanation

// Site is an operation of a run, and where in the engine's source it is made.
type Site = explain.Site

// Shrunk says how far a finding was reduced.
type Shrunk = shrink.Shrunk

// WorstRecoveries are recoveries from the worst power cuts of a campaign, looked at closely.
type WorstRecoveries = worst.Report

// Quota is the work that a run owes before its pass means anything, and what was done of it.
type Quota = quota.Quota

// ReplayOptions says how to replay.
type ReplayOptions = replay.Options

// ReplayResult is what Replay saw.
type ReplayResult = replay.Result

// Rejudged is what today's judges say of saved evidence.
type Rejudged = replay.Rejudged

// Errors of the lab, by errors.Is. Errors of configuration name the thing and the choices.
var (
	ErrConfig   = plan.ErrConfig       // unknown workload, fault, profile or scenario
	ErrBadToken = evidence.ErrBadToken // damaged, or of an unknown version
	ErrHost     = evidence.ErrHost     // findings could not be saved, a directory is unwritable
)

// Workloads lists the workloads.
func Workloads() []Choice { return plan.Workloads() }

// Faults lists the named faults.
func Faults() []Choice { return plan.Faults() }

// Profiles lists the crash profiles, the default first.
func Profiles() []Choice { return plan.Profiles() }

// Scenarios lists the named runs.
func Scenarios() []Choice { return plan.Scenarios() }

// Between is the situation after one operation and before another. Each is written as the operation and a glob for the last
// element of the path, such as "write *.log"; "sync ." is the sync of any directory.
func Between(after, before string) func() func(*faultfs.Op) bool {
	return contract.Between(after, before)
}

// Torn is the situation in which a file has an unsynced write of which a crash may keep only a part.
func Torn(glob string) func() func(*faultfs.Op) bool { return contract.Torn(glob) }

// Several is the situation in which at least n files match a glob.
func Several(glob string, n int) func() func(*faultfs.Op) bool { return contract.Several(glob, n) }

// DrawSmall returns a draw of a Limit from low, which is at least 1, to high. Small values are the likeliest.
func DrawSmall(low, high int64) func(*rand.Rand) int64 { return contract.DrawSmall(low, high) }

// DrawOf returns a draw of a Limit from a list.
func DrawOf(values ...int64) func(*rand.Rand) int64 { return contract.DrawOf(values...) }

// DrawStart returns a draw of a number that something counts from, up to high, which is at least 1: shortly before a power of
// ten, where its text gets longer, shortly before 2^32, or anywhere.
func DrawStart(high int64) func(*rand.Rand) int64 { return contract.DrawStart(high) }

// Replay shows a failure again. The argument is a replay token ("LT2-...") or the path of a saved finding. A token of a
// run with one client repeats the run; one with several repeats the saved evidence of Dir if it is found there, and
// otherwise the same script on whatever schedule comes. What failed without a crash is judged again as it was saved; only
// if that does not show it, as with a panic, the script is run again.
func Replay(ctx context.Context, targets []Target, tokenOrFile string, opts ReplayOptions) (*ReplayResult, error) {
	return replay.Replay(ctx, targets, tokenOrFile, opts)
}

// Rerun finds out whether today's engine still fails as a token or a saved finding says. Where Replay recovers the disks that an
// earlier engine has left, Rerun lets this one write them: the script runs again, power is cut at every operation, and a mended
// engine passes. The errors are those of Replay.
func Rerun(ctx context.Context, targets []Target, tokenOrFile string, opts ReplayOptions) (*ReplayResult, error) {
	return replay.Rerun(ctx, targets, tokenOrFile, opts)
}

// Rejudge judges a saved finding again, from the history and the recovered state in its evidence. No engine is run; the
// target that the evidence names says what was promised. The error is ErrBadToken if the file is not evidence.
func Rejudge(ctx context.Context, targets []Target, file string) (*Rejudged, error) {
	return replay.Rejudge(ctx, targets, file)
}

// Blame says whose panic ended a process, from what the Go runtime wrote: on the stack of the goroutine that panicked,
// the first function that belongs neither to the runtime nor to the standard library. engines is false if it is the
// lab's own, or if there is none.
func Blame(output string) (function string, engines bool) { return stack.Blame(output) }

// Died makes a finding of a panic of the engine that ended the process of a run. The output is what the Go runtime
// wrote; the token repeats what was going on. The error is ErrBadToken.
func Died(targets []Target, token, output string) (*Finding, error) {
	return evidence.Died(targets, token, output)
}
