package judging

import (
	"context"
	"fmt"
	"math"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/history/recorded"
)

// Options are what a judge needs to know in addition to a history. The zero value is usable.
type Options struct {
	Level     checker.Level // the isolation demanded of transactions; zero: strict serializable
	Steps     int           // limit of the work in each search; zero: DefaultSteps
	Initial   []byte        // what every register or key holds at the start; nil: nothing
	Total     *int64        // of all accounts of a bank; nil: what the first read found
	Overdraft bool          // balances may be negative
}

// DefaultSteps is the default limit of the work in a search: about ten seconds, and at most about a gigabyte of
// memory.
const DefaultSteps = 50_000_000

// Judgement is what the judges say about a history.
type Judgement struct {
	Format     recorded.Format
	Model      recorded.Model
	Operations Operations
	Property   string // the property judged: "linearizable", "serializable", "total conserved"
	Verdict    checker.Verdict
	Violations []checker.Violation // of a Fail: at least one
	Reason     string              // of an Inconclusive
	Levels     []LevelVerdict      // of transactions that fail: the verdict at every level, weakest first
	Notes      []string            // assumptions that were made
	Lines      bool                // ticks are line numbers of the file
}

// Operations counts the operations of a history by outcome, and their clients.
type Operations struct{ All, Acked, Open, Refused, Clients int }

// LevelVerdict is the verdict at one level.
type LevelVerdict struct {
	Level   checker.Level
	Verdict checker.Verdict
}

// Judge judges a history by the promises of its model. The judgement is Inconclusive if nothing in the history could
// contradict them, if a search reached its limit, or if ctx was done.
func Judge(ctx context.Context, r *recorded.Recording, o Options) *Judgement {
	if o.Level == 0 {
		o.Level = checker.StrictSerializable
	}
	if o.Steps == 0 {
		o.Steps = DefaultSteps
	}
	j := &Judgement{Format: r.Format, Model: r.Model, Operations: count(r.Ops), Notes: notes(r), Lines: r.Lines}
	if j.Reason = vacuous(r.Ops); j.Reason != "" {
		return j
	}
	switch r.Model {
	case recorded.ListAppend, recorded.RWRegister:
		j.isolation(ctx, r, o)
		return j
	case recorded.Bank:
		j.bank(r, o)
	default:
		j.linearizability(ctx, r, o)
	}
	if v := foundTwice(r); v != nil {
		j.Verdict, j.Reason, j.Violations = checker.Fail, "", append(j.Violations, *v)
	}
	return j
}

// foundTwice looks for a scan that found the same key, or the same element of a set, more than once. The judges take a
// scan for a set of pairs.
func foundTwice(r *recorded.Recording) *checker.Violation {
	seen := map[string]bool{}
	for i := range r.Ops {
		op := &r.Ops[i]
		if !op.Scans() || op.Outcome != history.Acked {
			continue
		}
		clear(seen)
		for _, read := range op.Reads {
			if seen[string(read.Key)] {
				class := "duplicate key"
				if r.Model == recorded.Set {
					class = "duplicate element"
				}
				return &checker.Violation{Class: class, Ops: []int{i}, Sentence: fmt.Sprintf(
					"scan #%d by client %d found %s twice", i, op.Client, checker.KeyText(read.Key))}
			}
			seen[string(read.Key)] = true
		}
	}
	return nil
}

func (j *Judgement) take(r checker.Result) {
	j.Verdict, j.Violations, j.Reason = r.Verdict, r.Violations, r.Reason
}

func (j *Judgement) linearizability(ctx context.Context, r *recorded.Recording, o Options) {
	j.Property = "linearizable"
	initial := initialState(r.Ops, o.Initial)
	if r.Model == recorded.Counter && o.Initial == nil {
		initial.Append(recorded.CounterKey, []byte("0"))
	}
	j.take(checker.Linearizability(ctx, r.Ops, initial, nil, nil, o.limits()))
}

// windowOps is the largest number of operations for which an order is searched. Steps among so many operations use up
// the limit so quickly that it bounds the memory too.
const windowOps = 100_000

// limits returns limits without a bound on the number of operations in flight, because Steps bounds their cost.
func (o Options) limits() checker.Limits {
	return checker.Limits{WindowOps: windowOps, Clients: math.MaxInt, Steps: o.Steps}
}

func count(ops []history.Op) (n Operations) {
	clients := map[int]bool{}
	for i := range ops {
		clients[ops[i].Client] = true
		switch ops[i].Outcome {
		case history.Acked:
			n.Acked++
		case history.Rejected:
			n.Refused++
		case history.Unknown:
			n.Open++
		}
	}
	n.All, n.Clients = len(ops), len(clients)
	return n
}

// vacuous says why nothing in a history could be wrong, which is the case if no operation was told anything about what
// the store held. Otherwise it returns "".
func vacuous(ops []history.Op) string {
	if len(ops) == 0 {
		return "nothing was judged: the history has no operations"
	}
	for i := range ops {
		op := &ops[i]
		if op.Outcome == history.Acked && (len(op.Reads) > 0 || len(op.If) > 0 || op.Scans()) {
			return ""
		}
	}
	return "nothing was judged: no answered operation says what the store held"
}

// notes lists what is assumed about a history.
func notes(r *recorded.Recording) []string {
	if r.Uncalled {
		return []string{"the history records no calls, so nothing is known about times"}
	}
	return nil
}
