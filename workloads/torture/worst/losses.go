package worst

import (
	"slices"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Loss is an acknowledged commit that the power cut took.
type Loss struct {
	ID         int                `json:"id"`
	Text       string             `json:"text"` // "put k017"
	Acked      uint64             `json:"acked"`
	Durability history.Durability `json:"durability"` // what the client had asked for; never Sync
}

// losses finds acknowledged commits that a recovered store lacks.
type losses struct {
	ops    []history.Op
	strict *checker.Durability // judges as if every acknowledged commit had to survive
}

func newLosses(ops []history.Op) *losses {
	demanding := slices.Clone(ops)
	for i := range demanding {
		if demanding[i].Durability != history.Sync {
			demanding[i].Durability = history.NoSync
		}
	}
	return &losses{ops: ops, strict: checker.NewDurability(demanding, &history.State{})}
}

// maxLosses is the number of lost commits that are named.
const maxLosses = 12

// of returns the first lost commits, and the number of all lost ones.
func (l *losses) of(cut history.Cut, state *history.State) (named []Loss, gone int) {
	r := l.strict.Judge(cut, state, checker.Rule{Lower: checker.AckedMustSurvive})
	for _, v := range r.Violations {
		if v.Class != "lost" {
			continue
		}
		gone += len(v.Ops)
		for _, id := range v.Ops {
			if op := &l.ops[id]; len(named) < maxLosses {
				named = append(named, Loss{ID: id, Text: checker.Contents(op), Acked: uint64(op.Return), Durability: op.Durability})
			}
		}
	}
	return named, gone
}

// inFlight returns the number of commits called but not answered at a cut.
func (l *losses) inFlight(cut history.Cut) (n int) {
	for i := range l.ops {
		if op := &l.ops[i]; op.Wrote() && op.Call <= cut.Called && op.Return > cut.Acked {
			n++
		}
	}
	return n
}
