package judge

import (
	"cmp"
	"slices"
	"sync"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// Judges are all judges of one recording.
type Judges struct {
	recording  *record.Recording
	target     contract.Target
	durability func() *checker.Durability // made when the first crash is judged
	isolation  *checker.Isolation         // nil if nothing is promised that it could judge
	sequence   func() *checker.Sequence   // made when first used; nil if the store does not reveal the order of its commits
	bank       *checker.Bank              // nil if the script transfers no money
	registers  bool                       // judge transactions over registers
	buffered   bool                       // some commits may be lost even if only the process is killed
}

// New returns the judges of a recording of a target.
func New(target contract.Target, r *record.Recording) *Judges {
	j := &Judges{recording: r, target: target, bank: r.Plan.Bank(), buffered: slices.ContainsFunc(r.History, isBuffered)}
	j.durability = sync.OnceValue(func() *checker.Durability {
		if target.Promises.ShownSurvives {
			return checker.NewStrictDurability(r.History, &history.State{})
		}
		return checker.NewDurability(r.History, &history.State{})
	})
	j.sequence = sync.OnceValue(func() *checker.Sequence {
		if s, ok := checker.NewSequence(r.History, &history.State{}); ok {
			return s
		}
		return nil
	})
	if r.Plan.Script.Lists && target.Promises.Transactions {
		lists := checker.Lists{IsList: workloads.IsList, Elements: workloads.Elements}
		j.isolation = checker.NewIsolation(r.History, lists, j.level())
	}
	j.registers = r.Plan.Script.Registers && target.Promises.Transactions
	return j
}

func isBuffered(op history.Op) bool { return op.Wrote() && op.Durability == history.Buffered }

// level returns the level at which transactions are judged.
func (j *Judges) level() checker.Level {
	return cmp.Or(j.target.Promises.Isolation, checker.Serializable)
}

// AckedSynced returns the number of commits that were acknowledged as durable before a cut.
func (j *Judges) AckedSynced(cut history.Cut) int { return j.durability().AckedSynced(cut) }

// IsAckedSynced reports whether an operation is one of the commits that AckedSynced counts.
func (j *Judges) IsAckedSynced(id int, cut history.Cut) bool {
	return j.durability().IsAckedSynced(id, cut)
}

// MustSurvive returns the number of commits that must survive a crash at a cut according to a rule.
func (j *Judges) MustSurvive(cut history.Cut, rule checker.Rule) int {
	return j.durability().MustSurvive(cut, rule)
}

// Durability asks only the judge of durability.
func (j *Judges) Durability(cut history.Cut, state *history.State, rule checker.Rule) checker.Result {
	return j.durability().Judge(cut, state, rule)
}

// order asks the judges that know the order in which commits took effect. The history alone leaves the order of overlapping
// commits open.
func (j *Judges) order(cut history.Cut, state *history.State, rule checker.Rule) checker.Result {
	if j.isolation != nil {
		if r := j.isolation.JudgeState(cut, state, rule); r.Verdict != checker.Pass {
			return r
		}
	}
	if s := j.sequence(); s != nil && rule.Suffix && rule.Atomic {
		return s.Judge(cut, state, rule.Lower)
	}
	return checker.Result{Judge: "orders", Verdict: checker.Pass}
}
