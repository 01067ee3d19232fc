package torture

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/judge"
	"github.com/lightningdb/lightning-torture/workloads/torture/recovery"
)

// figures are the figures of a campaign. Everything that a Result counts is added up here and nowhere else: for all runs
// together, for each cell, and for each profile.
type figures struct {
	tally    explore.Tally
	elapsed  time.Duration // wall time of exploring
	acked    int
	kept     int // those of acked that every image still had
	bank     bankTotals
	profiles map[string]ProfileCount // by name
	goals    []GoalCount
	limits   limitCounts
	ops      map[history.Kind]int // operations of the runs that the store answered
	answers  map[history.Kind]judge.Answers
	kinds    []history.Kind // of operations that there are of such a store
	traces   hash.Hash      // hashes the hashes of all traces, one per line
}

func newFigures(target *contract.Target) *figures {
	f := &figures{profiles: map[string]ProfileCount{}, traces: sha256.New(), limits: newLimitCounts(target), ops: map[history.Kind]int{}, answers: map[history.Kind]judge.Answers{}, kinds: kindsOf(target)}
	for _, g := range contract.GoalsOf(target) {
		f.goals = append(f.goals, GoalCount{Name: g.Name, Text: g.Text})
	}
	return f
}

// explored is an exploration of a run.
type explored struct {
	subject *explore.Subject
	live    judge.Live // what is wrong without a crash; empty under another profile than the run's
	found   *explore.Outcome
}

// addLive adds a run before power is cut, and returns how many judgements ended without an answer.
func (f *figures) addLive(c *cell, live judge.Live) (unknown int) {
	for _, v := range live.Problems {
		if v.Class == "hang" {
			f.tally.Hangs++
		}
	}
	for _, reason := range live.Unclear {
		c.unclear(reason, 1)
	}
	return len(live.Unclear)
}

// addRun adds the exploration of a run, and the run itself.
func (f *figures) addRun(c *cell, e explored) (unknown int) {
	r := e.subject.Recording
	c.result.Runs++
	c.result.Profile = r.Plan.Spec.Profile
	rule := r.Plan.Fault.Rule(e.subject.Target.Promises)
	c.done.Runs++
	c.done.Committed += r.Committed()
	c.owes.Fault = c.owes.Fault || len(r.Plan.Rules) > 0
	c.owes.Stake = r.Plan.Spec.Profile != "lose-none" && !r.Plan.Fault.Rot // rot is loss enough
	if c.owes.Behind = rule.Lower != checker.NothingMustSurvive && !r.Plan.Fault.Rot; c.owes.Behind {
		c.done.Behind += e.found.Behind(e.subject)
	}
	for kind, n := range r.Injected {
		c.result.Injected[kind] += n
	}
	f.limits.add(r.Plan.Spec.Limits)
	for i := range r.History {
		if op := &r.History[i]; op.Outcome != history.Unknown {
			f.ops[op.Kind]++
		}
	}
	for kind, n := range e.subject.Judges.Answers() {
		sum := f.answers[kind]
		f.answers[kind] = judge.Answers{Asked: sum.Asked + n.Asked, Answered: sum.Answered + n.Answered, Err: cmp.Or(n.Err, sum.Err)}
	}
	fmt.Fprintln(f.traces, r.Hash())
	if rule.Lower == checker.SyncedMustSurvive && !r.Plan.Fault.Rot {
		acked, kept := e.found.Survival(e.subject)
		f.acked, f.kept = f.acked+acked, f.kept+kept
	}
	return f.add(c, e)
}

// evasive gives a reason for each kind of operations that the store has answered with hardly anything but errors: whatever excuses
// each of them, nothing is known about what such operations do.
func (f *figures) evasive() (reasons []string) {
	for _, kind := range history.Kinds() {
		if n := f.answers[kind]; n.Evasive(kind) {
			reasons = append(reasons, fmt.Sprintf("%d of %d operations %s were answered without an error such as %q", n.Answered, n.Asked, kind, n.Err))
		}
	}
	return reasons
}

// addUnexplored adds crash points of a run that are beyond its budget.
func (f *figures) addUnexplored(points int) { f.tally.Left += max(0, points) }

// addSample adds a sample of the crash points of a run. What it leaves out was not asked for.
func (f *figures) addSample(c *cell, e explored) (unknown int) {
	e.found.Tally.Left = 0
	return f.add(c, e)
}

func (f *figures) add(c *cell, e explored) (unknown int) {
	t, p := e.found.Tally, e.subject.Recording.Plan
	f.tally.Add(t)
	c.result.CrashPoints += t.Points
	c.result.Images += t.Images
	if p.Spec.Profile == c.result.Profile {
		c.done.Points += t.Points
		c.done.Images += t.Images
		c.done.AtStake += t.AtStake
		c.done.Open += t.Points - t.Exhaustive + t.Left
	}
	if t.Rotted > 0 {
		c.result.Injected[p.Rules[0].Key()] += t.Rotted
	}
	if t.Hit > 0 {
		c.result.Injected[p.Rules[0].Key()] += t.Hit
	}
	n := f.profiles[p.Spec.Profile]
	n.CrashPoints += t.Points
	n.Images += t.Images
	f.profiles[p.Spec.Profile] = n
	for i, points := range e.found.Reached {
		f.goals[i].Points += points
	}
	f.bank.add(e)
	for reason, n := range e.found.Unclear {
		c.unclear(reason, n)
		unknown += n
	}
	return unknown
}

// bankTotals is the money of the bank: what there should be, and the first wrong sum that was seen.
type bankTotals struct{ want, got int64 }

func (b *bankTotals) add(e explored) {
	bank := e.subject.Recording.Plan.Bank()
	if bank == nil || b.got != b.want {
		return
	}
	b.want, b.got = bank.Total, *cmp.Or(e.found.WrongTotal, &bank.Total)
	for _, v := range e.live.Problems {
		if v.Class == "bank: total not conserved" {
			b.got = sumOf(bank, &e.subject.Recording.History[v.Ops[0]])
		}
	}
}

// sumOf adds up the accounts that an operation read.
func sumOf(bank *checker.Bank, op *history.Op) int64 {
	state := &history.State{}
	for _, r := range op.Reads {
		if r.Found {
			state.Append(r.Key, r.Value)
		}
	}
	return bank.Sum(state)
}

// fill writes the figures into a result. If the recoveries of the target turned out not to look at the same each time, less is
// claimed of what was explored before that was known.
func (f *figures) fill(r *Result, looksVary bool) {
	t := &f.tally
	if looksVary {
		t.Disclaim()
	}
	r.DecidedPoints, r.AlikeImages = t.Points-t.OnDemand.Points, t.Alike
	r.CrashPoints, r.ExhaustivePoints, r.SampledPoints = t.Points, t.Exhaustive, t.Sampled
	r.BoundedPoints, r.TwoHolesPoints, r.NoHolePoints, r.RottenPoints = t.Bounded, t.TwoHoles, t.NoHole, t.RottenPoints
	r.UnexploredPoints, r.WidestExhaustive, r.DeepPoints = t.Left, t.Widest, t.Deep
	r.Images, r.NestedImages, r.RepeatedImages = t.Images, t.Nested, t.Repeated
	r.FaultyRecoveries, r.Sessions, r.AuditedImages = t.Faulty, t.Sessions, t.Audited
	for _, kind := range f.kinds {
		r.Operations = append(r.Operations, OperationCount{Kind: kind, Count: f.ops[kind]})
	}
	r.RecoveryCycles, r.Divergences, r.BytesLost = t.Cycles, t.Divergences, t.BytesLost
	r.AckedSynced, r.Recovered = f.acked, f.kept
	r.BankTotalWant, r.BankTotalGot = f.bank.want, f.bank.got
	r.TraceHash = hex.EncodeToString(f.traces.Sum(nil)[:8])
	r.Profiles, r.Goals, r.Limits = f.profiles, f.goals, f.limits
	if s := f.elapsed.Seconds(); s > 0 {
		r.ImagesPerSecond = float64(r.Images) / s
	}
	r.Spent = seconds(t.Spent)
	if total := t.Spent.Total; total > 0 {
		r.LabShare = 1 - t.Spent.Engine().Seconds()/total.Seconds()
	}
}

// seconds returns the time of exploring by part.
func seconds(s recovery.Spent) Spent {
	rest := s.Total - s.Making - s.Engine()
	return Spent{
		Making: s.Making.Seconds(), Open: s.Open.Seconds(), Read: s.Read.Seconds(), Close: s.Close.Seconds(),
		Write: s.Write.Seconds(), Judging: rest.Seconds(),
	}
}

// onlyOfLogs are the operations that append-only logs have and other stores do not.
var onlyOfLogs = []history.Kind{
	history.AppendEntries, history.TruncateFront, history.TruncateBack, history.FirstIndex, history.LastIndex,
}

// onlyOfPairs are the operations that key-value stores have and logs do not.
var onlyOfPairs = []history.Kind{
	history.Delete, history.Batch, history.Snapshot, history.Txn, history.Compact, history.CAS, history.Increment, history.Append,
	history.Cursor, history.Inspect, history.Ingest,
}

// kindsOf returns the operations that a store of the target's kind may have.
func kindsOf(target *Target) []history.Kind {
	others := onlyOfLogs
	if target.IsLog() {
		others = onlyOfPairs
	}
	return slices.DeleteFunc(history.Kinds(), func(k history.Kind) bool { return slices.Contains(others, k) })
}
