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

// TransientFault is a fault that passes, after which the store carries on.
type TransientFault = contract.TransientFault

// Limit is a threshold of an engine that a run may lower, so that short runs cross it.
type Limit = contract.Limit

// Limits maps the names of the limits that a run sets to their values.
type Limits = contract.Limits

// Administration is what an engine offers besides an open store, such as read-only stores and restoring backups.
type Administration = contract.Administration

// PowerCut is a power cut that a standing check makes, on its own disk.
type PowerCut = contract.PowerCut

// Call is a call of the engine that a standing check makes and judges, on its own disk.
type Call = contract.Call

// Judged adds to an error of a standing check the calls that led to it, so that an explanation can name them. The first
// is the caller of the function that calls Judged, because that function usually words the errors of many checks. If the
// error is that a call does not return, waiting names the function whose goroutines made the call; the explanation then
// says where the engine waits.
func Judged(err error, waiting ...string) error {
	var stacks []string
	if len(waiting) > 0 {
		stacks = stack.Containing(waiting...)
	}
	return contract.Judged(err, 2, stacks...)
}

// StandingCheck is a check of what all stores of an engine share.
type StandingCheck = contract.StandingCheck

// Repaired is the report of a repair.
type Repaired = contract.Repaired

// Loss is what a repair reports as lost.
type Loss = contract.Loss

// Goal is a dangerous situation. A run must cut the power in it before its pass means anything.
type Goal = contract.Goal

// Choice is something that can be named in Options, with one line of explanation.
type Choice = plan.Choice

// Finding is a deduplicated failure, with what is needed to reproduce it.
type Finding = evidence.Finding

// TraceLine is one filesystem operation as a report shows it.
type TraceLine = evidence.TraceLine

// Case is a run with its operations written out, as the Go test of a finding holds it.
type Case = evidence.Case

// Explanation says which ordering of writes is missing, as an experiment showed.
type Explanation = explain.Explanation

// Site is an operation of a run, and the place in the engine's source that makes it.
type Site = explain.Site

// Shrunk says how far a finding was reduced.
type Shrunk = shrink.Shrunk

// WorstRecoveries is a closer look at recoveries from the worst power cuts of a campaign.
type WorstRecoveries = worst.Report

// Quota is the work that a run requires before its pass means anything, and how much of it was done.
type Quota = quota.Quota

// ReplayOptions says how to replay.
type ReplayOptions = replay.Options

// ReplayResult is what Replay saw.
type ReplayResult = replay.Result

// Rejudged is the verdict of today's judges on saved evidence.
type Rejudged = replay.Rejudged

// Errors of the lab, for errors.Is. A configuration error names the offending value and the valid choices.
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

// Between is the situation after one operation and before another. Each is given as a kind of operation and a glob for
// the last element of the path, such as "write *.log". "sync ." is the sync of any directory.
func Between(after, before string) func() func(*faultfs.Op) bool {
	return contract.Between(after, before)
}

// Torn is the situation in which a file has an unsynced write that a crash may tear.
func Torn(glob string) func() func(*faultfs.Op) bool { return contract.Torn(glob) }

// Several is the situation in which at least n files match a glob.
func Several(glob string, n int) func() func(*faultfs.Op) bool { return contract.Several(glob, n) }

// DrawSmall returns a function that draws the value of a Limit in [low, high], preferring small values; low is at
// least 1.
func DrawSmall(low, high int64) func(*rand.Rand) int64 { return contract.DrawSmall(low, high) }

// DrawOf returns a function that draws the value of a Limit from a list.
func DrawOf(values ...int64) func(*rand.Rand) int64 { return contract.DrawOf(values...) }

// DrawStart returns a function that draws the start of a counter in [1, high]: just below a power of ten, where its
// text gets longer, just below 2^32, or anywhere.
func DrawStart(high int64) func(*rand.Rand) int64 { return contract.DrawStart(high) }

// Replay reproduces a failure. tokenOrFile is a replay token ("LT2-...") or the path of a saved finding. A token of a
// run with one client repeats the run. A token of a run with several clients repeats the evidence saved in opts.Dir if
// it is there; otherwise the script runs again, on whatever schedule occurs. A failure without a crash is judged again
// from what was saved. Only if that does not show the failure, as with a panic, does its script run again.
func Replay(ctx context.Context, targets []Target, tokenOrFile string, opts ReplayOptions) (*ReplayResult, error) {
	return replay.Replay(ctx, targets, tokenOrFile, opts)
}

// Rerun finds out whether today's engine still fails as a token or a saved finding says. Replay recovers disks that an
// earlier engine wrote; Rerun lets today's engine write them: the script runs again, power is cut at every operation,
// and a fixed engine passes. The errors are those of Replay.
func Rerun(ctx context.Context, targets []Target, tokenOrFile string, opts ReplayOptions) (*ReplayResult, error) {
	return replay.Rerun(ctx, targets, tokenOrFile, opts)
}

// Rejudge judges a saved finding again, from the history and the recovered state in its evidence. It runs no engine;
// the promises are those of the target that the evidence names. The error is ErrBadToken if the file is not evidence.
func Rejudge(ctx context.Context, targets []Target, file string) (*Rejudged, error) {
	return replay.Rejudge(ctx, targets, file)
}
