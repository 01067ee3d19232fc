package checker

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Bank judges accounts between which money moves in transactions: whatever is seen at one moment adds up.
type Bank struct {
	Total     int64                                      // of all balances, once the accounts are open
	Accounts  int                                        // how many there are; they open all at once
	IsAccount func(key []byte) bool                      // whether a key is an account
	Balance   func(value []byte) (amount int64, ok bool) // the money in an account's value
	Overdraft bool                                       // balances may be negative
}

// audit adds up accounts that were seen at one moment.
type audit struct {
	bank     *Bank
	sum      int64
	accounts int
	wrong    string // the first account that cannot be as it is
}

func (a *audit) add(key, value []byte) {
	if !a.bank.IsAccount(key) {
		return
	}
	a.accounts++
	amount, ok := a.bank.Balance(value)
	switch {
	case !ok && a.wrong == "":
		a.wrong = fmt.Sprintf("%s holds %s, which is no balance", quoteKey(key), quoteValue(value))
	case amount < 0 && !a.bank.Overdraft && a.wrong == "":
		a.wrong = fmt.Sprintf("%s is overdrawn: its balance is %d", quoteKey(key), amount)
	}
	a.sum += amount
}

// verdict returns the class and the sentence of what is wrong, or nothing. Where says where the accounts were seen.
func (a *audit) verdict(where string) (class, sentence string) {
	switch {
	case a.accounts == 0:
		return "", "" // not open yet; that they have vanished is for the judge of durability to say
	case a.accounts < a.bank.Accounts:
		return "account missing", fmt.Sprintf("only %d of %d accounts are there %s", a.accounts, a.bank.Accounts, where)
	case a.sum != a.bank.Total:
		return "total not conserved", fmt.Sprintf("the %d accounts add up to %d %s, but the total is %d: %s",
			a.accounts, a.sum, where, a.bank.Total, difference(a.sum-a.bank.Total))
	case a.wrong != "":
		return "bad balance", fmt.Sprintf("%s, %s", a.wrong, where)
	}
	return "", ""
}

func difference(d int64) string {
	if d < 0 {
		return fmt.Sprintf("%d were lost", -d)
	}
	return fmt.Sprintf("%d came from nowhere", d)
}

// Sum returns the money in all accounts of a state.
func (b *Bank) Sum(state *history.State) int64 { return b.count(state).sum }

func (b *Bank) count(state *history.State) audit {
	a := audit{bank: b}
	for key, value := range state.All() {
		a.add(key, value)
	}
	return a
}

// JudgeState says whether the money of a recovered state is all there. A state without any account passes.
func (b *Bank) JudgeState(state *history.State) Result {
	r := Result{Judge: "bank", Verdict: Pass}
	a := b.count(state)
	if class, sentence := a.verdict("in the recovered store"); class != "" {
		return r.fail(Violation{Class: class, Sentence: sentence})
	}
	return r
}

// JudgeHistory says whether every operation that read all accounts at one moment, be it a scan, a snapshot or a
// committed transaction, found all the money. Of the violations it keeps the first, the worst and the last, in this
// order, none twice.
func (b *Bank) JudgeHistory(ops []history.Op) Result {
	r := Result{Judge: "bank", Verdict: Pass}
	var first, worst, last *Violation
	var off int64
	for i := range ops {
		a, complete := b.auditOf(&ops[i])
		if !complete {
			continue
		}
		class, sentence := a.verdict("in " + name(&ops[i]))
		if class == "" {
			continue
		}
		last = &Violation{Class: class, Sentence: sentence, Evidence: []string{testify(&ops[i])}, Ops: []int{ops[i].ID}}
		if first == nil {
			first = last
		}
		if d := max(a.sum-b.Total, b.Total-a.sum); worst == nil || d > off {
			worst, off = last, d
		}
	}
	if first == nil {
		return r
	}
	r = r.fail(*first)
	if worst != first {
		r = r.fail(*worst)
	}
	if last != first && last != worst {
		r = r.fail(*last)
	}
	return r
}

// auditOf adds up what an operation read, and reports whether it asked for all accounts at one moment.
func (b *Bank) auditOf(op *history.Op) (a audit, complete bool) {
	a.bank = b
	if op.Outcome != history.Acked {
		return a, false
	}
	asked := make(map[string]bool)
	for i := range op.Reads {
		read := &op.Reads[i]
		if !b.IsAccount(read.Key) || asked[string(read.Key)] {
			continue
		}
		asked[string(read.Key)] = true
		if read.Found {
			a.add(read.Key, read.Value)
		}
	}
	return a, len(asked) == b.Accounts || isFullScan(op)
}
