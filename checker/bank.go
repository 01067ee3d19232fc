package checker

import (
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Bank judges accounts between which transactions move money: whatever is read at one moment must add up to the total.
type Bank struct {
	Total     int64                                      // of all balances, once the accounts are open
	Accounts  int                                        // the number of accounts, which are all opened at once; with Turnover, the maximum number
	Turnover  bool                                       // accounts are opened and closed, so only the total is certain
	IsAccount func(key []byte) bool                      // whether a key is an account
	Balance   func(value []byte) (amount int64, ok bool) // the money in an account's value
	Overdraft bool                                       // balances may be negative
}

// audit adds up accounts that were read at one moment.
type audit struct {
	bank     *Bank
	sum      int64
	accounts int
	wrong    string // what is wrong with the first impossible balance
}

func (a *audit) add(key, value []byte) {
	if !a.bank.IsAccount(key) {
		return
	}
	a.accounts++
	amount, ok := a.bank.Balance(value)
	switch {
	case !ok && a.wrong == "":
		a.wrong = fmt.Sprintf("%s holds %s, which is not a balance", KeyText(key), ValueText(value))
	case amount < 0 && !a.bank.Overdraft && a.wrong == "":
		a.wrong = fmt.Sprintf("%s is overdrawn: its balance is %d", KeyText(key), amount)
	}
	a.sum += amount
}

// verdict returns the class and the sentence of what is wrong, or empty strings. The argument says where the accounts
// were read.
func (a *audit) verdict(where string) (class, sentence string) {
	switch {
	case a.accounts == 0:
		return "", "" // not opened yet; if they were lost, Durability says so
	case a.accounts < a.bank.Accounts && !a.bank.Turnover:
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

// Sum returns the sum of all accounts of a state.
func (b *Bank) Sum(state *history.State) int64 { return b.count(state).sum }

func (b *Bank) count(state *history.State) audit {
	a := audit{bank: b}
	for key, value := range state.All() {
		a.add(key, value)
	}
	return a
}

// JudgeState says whether the accounts of a recovered state add up. A state without any account passes.
func (b *Bank) JudgeState(state *history.State) Result {
	r := Result{Judge: "bank", Verdict: Pass}
	a := b.count(state)
	if class, sentence := a.verdict("in the recovered store"); class != "" {
		return r.fail(Violation{Class: class, Sentence: sentence})
	}
	return r
}

// JudgeHistory says whether the accounts added up in every operation that read them all at one moment, be it a scan, a
// snapshot or a committed transaction. It reports the first, the worst and the last violation, in this order and
// without duplicates. If there are more violations, the sentences say how many.
func (b *Bank) JudgeHistory(ops []history.Op) Result {
	r := Result{Judge: "bank", Verdict: Pass}
	var bad violations
	for i := range ops {
		a, complete := b.auditOf(&ops[i])
		if !complete {
			continue
		}
		class, sentence := a.verdict("in " + name(&ops[i]))
		if class == "" {
			continue
		}
		bad.add(max(a.sum-b.Total, b.Total-a.sum), Violation{
			Class: class, Sentence: sentence, Evidence: []string{testify(&ops[i])}, Ops: []int{ops[i].ID},
		})
	}
	for _, v := range bad.kept() {
		r = r.fail(v)
	}
	return r
}

// violations is a stream of violations of which only a few are kept.
type violations struct {
	first, worst, last *Violation
	off                int64 // how bad the worst is
	n                  int
}

func (v *violations) add(off int64, bad Violation) {
	v.n++
	v.last = &bad
	if v.first == nil {
		v.first = v.last
	}
	if v.worst == nil || off > v.off {
		v.worst, v.off = v.last, off
	}
}

// kept returns the first, the worst and the last violation, without duplicates. If there was more than one, each
// sentence says which one it is.
func (v *violations) kept() []Violation {
	var all []Violation
	var already []*Violation
	for _, w := range []struct {
		bad  *Violation
		rank string
	}{{v.first, "first"}, {v.worst, "worst"}, {v.last, "last"}} {
		if w.bad == nil || slices.Contains(already, w.bad) {
			continue
		}
		already = append(already, w.bad)
		bad := *w.bad
		if v.n > 1 {
			bad.Sentence += fmt.Sprintf(" (the %s of %d such audits)", w.rank, v.n)
		}
		all = append(all, bad)
	}
	return all
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
