package torture

import (
	"cmp"
	"crypto/sha256"
	"encoding"
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

// figures are the figures of a campaign. Everything that a Result counts is added up here and nowhere else: for all
// runs together, for each cell, and for each profile. The exported fields go into the journal.
type figures struct {
	Tally    explore.Tally
	Elapsed  time.Duration // wall time of exploration
	Acked    int
	Kept     int // of Acked: kept by every image
	Bank     bankTotals
	Profiles map[string]ProfileCount // by name
	Goals    []GoalCount
	Limits   limitCounts
	Ops      map[history.Kind]int // number of operations that the store answered in runs
	Opened   bool                 // some run opened the store
	Offered  map[history.Kind]bool
	Answers  map[history.Kind]judge.Answers
	Traces   traceHash
	kinds    []history.Kind // the kinds of operations that a store like the target may have
}

func newFigures(target *contract.Target) *figures {
	f := &figures{
		Profiles: map[string]ProfileCount{}, Traces: traceHash{sha256.New()}, Limits: newLimitCounts(target), Ops: map[history.Kind]int{},
		Answers: map[history.Kind]judge.Answers{}, Offered: map[history.Kind]bool{}, kinds: kindsOf(target),
	}
	for _, g := range contract.GoalsOf(target) {
		f.Goals = append(f.Goals, GoalCount{Name: g.Name, Text: g.Text})
	}
	return f
}

// explored is a run, or a part of it, and what exploring it found.
type explored struct {
	subject *explore.Subject
	live    judge.Live // what the clients saw without a crash; empty under any profile but the run's own
	found   *explore.Outcome
}

// addLive adds the judgements of what the clients of a run saw before any power cut, and returns how many of them
// reached no verdict.
func (f *figures) addLive(c *cell, live judge.Live) (unknown int) {
	for _, v := range live.Problems {
		if v.Class == "hang" {
			f.Tally.Hangs++
		}
	}
	for _, reason := range live.Unclear {
		c.unclear(reason, 1)
	}
	return len(live.Unclear)
}

// addRun adds a run and its exploration.
func (f *figures) addRun(c *cell, e explored) (unknown int) {
	r := e.subject.Recording
	c.Result.Runs++
	c.Result.Profile = r.Plan.Spec.Profile
	rule := r.Plan.Fault.Rule(e.subject.Target.Promises)
	c.Done.Runs++
	c.Done.Committed += r.Committed()
	c.Owes.Fault = c.Owes.Fault || len(r.Plan.Rules) > 0 && !r.Plan.Fault.Avoidable
	c.Owes.Stake = r.Plan.Spec.Profile != "lose-none" && !r.Plan.Fault.Rot // rot is a loss in itself
	if c.Owes.Behind = rule.Lower != checker.NothingMustSurvive && !r.Plan.Fault.Rot; c.Owes.Behind {
		c.Done.Behind += e.found.Behind(e.subject)
	}
	for kind, n := range r.Injected {
		c.Result.Injected[kind] += n
	}
	f.Limits.add(r.Plan.Spec.Limits)
	f.addOffers(r.Lacking)
	for i := range r.History {
		if op := &r.History[i]; op.Outcome != history.Unknown {
			f.Ops[op.Kind]++
		}
	}
	for kind, n := range e.subject.Judges.Answers() {
		sum := f.Answers[kind]
		f.Answers[kind] = judge.Answers{Asked: sum.Asked + n.Asked, Answered: sum.Answered + n.Answered, Err: cmp.Or(n.Err, sum.Err)}
	}
	fmt.Fprintln(f.Traces, r.Hash())
	if c.Owes.Behind {
		acked, kept := e.found.Survival(e.subject)
		f.Acked, f.Kept = f.Acked+acked, f.Kept+kept
	}
	return f.add(c, e)
}

// addOffers adds the kinds of operations that a store offers, given the kinds that it lacks; nil means that it never
// opened.
func (f *figures) addOffers(lacking []history.Kind) {
	if lacking == nil {
		return
	}
	f.Opened = true
	for _, kind := range f.kinds {
		if !slices.Contains(lacking, kind) {
			f.Offered[kind] = true
		}
	}
}

// evasive gives a reason for each kind of operation that the store answered almost only with errors. Even if each
// error is excused, such a run says nothing about what these operations do.
func (f *figures) evasive() (reasons []string) {
	for _, kind := range history.Kinds() {
		if n := f.Answers[kind]; n.Evasive(kind) {
			reasons = append(reasons, fmt.Sprintf("only %d of %d %s operations succeeded; the others ended with an error such as %q", n.Answered, n.Asked, kind, n.Err))
		}
	}
	return reasons
}

// addUnexplored adds the crash points of a run that were beyond Options.CrashPoints.
func (f *figures) addUnexplored(points int) { f.Tally.Left += max(0, points) }

// addSample adds the exploration of a sample of a run's crash points. The points left out do not count as unexplored,
// since nobody asked for them.
func (f *figures) addSample(c *cell, e explored) (unknown int) {
	e.found.Tally.Left = 0
	return f.add(c, e)
}

func (f *figures) add(c *cell, e explored) (unknown int) {
	t, p := e.found.Tally, e.subject.Recording.Plan
	f.Tally.Add(t)
	c.Result.CrashPoints += t.Points
	c.Result.Images += t.Images
	if p.Spec.Profile == c.Result.Profile {
		c.Done.Points += t.Points
		c.Done.Images += t.Images
		c.Done.AtStake += t.AtStake
		c.Done.Open += t.Points - t.Exhaustive + t.Left
	}
	if t.Rotted > 0 {
		c.Result.Injected[p.Rules[0].Key()] += t.Rotted
	}
	if t.Hit > 0 {
		c.Result.Injected[p.Rules[0].Key()] += t.Hit
	}
	n := f.Profiles[p.Spec.Profile]
	n.CrashPoints += t.Points
	n.Images += t.Images
	f.Profiles[p.Spec.Profile] = n
	for i, points := range e.found.Reached {
		f.Goals[i].Points += points
	}
	f.Bank.add(e)
	for reason, n := range e.found.Unclear {
		c.unclear(reason, n)
		unknown += n
	}
	return unknown
}

// bankTotals compares the total of the bank with the first wrong total that was seen.
type bankTotals struct{ Want, Got int64 }

func (b *bankTotals) add(e explored) {
	bank := e.subject.Recording.Plan.Bank()
	if bank == nil || b.Got != b.Want {
		return
	}
	b.Want, b.Got = bank.Total, *cmp.Or(e.found.WrongTotal, &bank.Total)
	for _, v := range e.live.Problems {
		if v.Class == "bank: total not conserved" {
			b.Got = sumOf(bank, &e.subject.Recording.History[v.Ops[0]])
		}
	}
}

// sumOf returns the sum of the accounts that an operation read.
func sumOf(bank *checker.Bank, op *history.Op) int64 {
	state := &history.State{}
	for _, r := range op.Reads {
		if r.Found {
			state.Append(r.Key, r.Value)
		}
	}
	return bank.Sum(state)
}

// fill copies the figures into a result. If the target's recoveries turned out to make different reads each time, it
// withdraws claims about what was explored before that was known.
func (f *figures) fill(r *Result, looksVary bool) {
	t := &f.Tally
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
		r.Operations = append(r.Operations, OperationCount{Kind: kind, Count: f.Ops[kind], Lacking: f.Opened && !f.Offered[kind]})
	}
	r.RecoveryCycles, r.Divergences, r.BytesLost = t.Cycles, t.Divergences, t.BytesLost
	r.AckedSynced, r.Recovered = f.Acked, f.Kept
	r.BankTotalWant, r.BankTotalGot = f.Bank.Want, f.Bank.Got
	r.TraceHash = hex.EncodeToString(f.Traces.Sum(nil)[:8])
	r.Profiles, r.Goals, r.Limits = f.Profiles, f.Goals, f.Limits
	if s := f.Elapsed.Seconds(); s > 0 {
		r.ImagesPerSecond = float64(r.Images) / s
	}
	r.Spent = seconds(t.Spent)
	if total := t.Spent.Total; total > 0 {
		r.LabShare = 1 - t.Spent.Engine().Seconds()/total.Seconds()
	}
}

// seconds converts the time spent on exploration, by part, to seconds.
func seconds(s recovery.Spent) Spent {
	rest := s.Total - s.Making - s.Engine()
	return Spent{
		Making: s.Making.Seconds(), Open: s.Open.Seconds(), Read: s.Read.Seconds(), Close: s.Close.Seconds(),
		Write: s.Write.Seconds(), Judging: rest.Seconds(),
	}
}

// onlyOfLogs lists the operations that only append-only logs have.
var onlyOfLogs = []history.Kind{
	history.AppendEntries, history.TruncateFront, history.TruncateBack, history.FirstIndex, history.LastIndex,
}

// onlyOfPairs lists the operations that only key-value stores have.
var onlyOfPairs = []history.Kind{
	history.Delete, history.Batch, history.Snapshot, history.Txn, history.Compact, history.CAS, history.Increment, history.Append,
	history.Cursor, history.Inspect, history.Ingest,
}

// kindsOf returns the kinds of operations that a store of the target's type may have.
func kindsOf(target *Target) []history.Kind {
	others := onlyOfLogs
	if target.IsLog() {
		others = onlyOfPairs
	}
	return slices.DeleteFunc(history.Kinds(), func(k history.Kind) bool { return slices.Contains(others, k) })
}

// traceHash hashes the hashes of all traces, one per line.
type traceHash struct{ hash.Hash }

// MarshalText returns the internal state of the hash.
func (h traceHash) MarshalText() ([]byte, error) {
	state, err := h.Hash.(encoding.BinaryMarshaler).MarshalBinary() //nolint:forcetypeassert // SHA-256 is documented to be one
	return []byte(hex.EncodeToString(state)), err
}

// UnmarshalText restores a state returned by MarshalText.
func (h *traceHash) UnmarshalText(text []byte) error {
	state, err := hex.DecodeString(string(text))
	if err != nil {
		return err
	}
	h.Hash = sha256.New()
	return h.Hash.(encoding.BinaryUnmarshaler).UnmarshalBinary(state) //nolint:forcetypeassert // SHA-256 is documented to be one
}
