package judging

import (
	"context"
	"slices"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/history/recorded"
)

// chain lists levels, each of which forbids everything that its predecessor forbids. RepeatableRead lies between
// MonotonicAtomicView and Serializable, and is not comparable with SnapshotIsolation.
var chain = []checker.Level{
	checker.ReadUncommitted, checker.ReadCommitted, checker.MonotonicAtomicView, checker.SnapshotIsolation, checker.Serializable,
	checker.StrictSerializable,
}

// Levels returns all levels, weakest first.
func Levels() []checker.Level { return slices.Insert(slices.Clone(chain), 3, checker.RepeatableRead) }

// isolation judges at the requested level and, if that is violated, finds the verdicts at the others.
func (j *Judgement) isolation(ctx context.Context, r *recorded.Recording, o Options) {
	j.Property = o.Level.String()
	judge := registerJudge(ctx, r.Ops, o)
	if r.Model == recorded.ListAppend {
		judge = listJudge(ctx, r.Ops)
	}
	j.take(judge(o.Level))
	if j.Verdict == checker.Fail {
		j.Levels = tellApart(o.Level, func(l checker.Level) checker.Verdict { return judge(l).Verdict })
	}
}

func listJudge(ctx context.Context, ops []history.Op) func(checker.Level) checker.Result {
	lists := checker.Lists{IsList: func([]byte) bool { return true }, Elements: recorded.Elements}
	return func(l checker.Level) checker.Result {
		if err := context.Cause(ctx); err != nil {
			return checker.Result{Reason: "the judgement was given up: " + err.Error()}
		}
		return checker.NewIsolation(ops, lists, l).JudgeHistory()
	}
}

func registerJudge(ctx context.Context, ops []history.Op, o Options) func(checker.Level) checker.Result {
	initial := initialState(ops, o.Initial)
	return func(l checker.Level) checker.Result {
		return checker.RegisterIsolation(ctx, ops, initial, l, o.limits())
	}
}

// tellApart returns the verdict at every level for a history that violates one. It asks for only a few of them,
// because whatever a level forbids, its successors in the chain forbid too.
func tellApart(violated checker.Level, ask func(checker.Level) checker.Verdict) []LevelVerdict {
	says := map[checker.Level]checker.Verdict{violated: checker.Fail}
	top := slices.Index(chain, violated)
	if violated == checker.RepeatableRead {
		top = slices.Index(chain, checker.Serializable) // which forbids all that repeatable read forbids
	}
	says[chain[top]] = checker.Fail
	low, high := 0, top // the first level that fails is in this range
	for low < high {
		mid := (low + high) / 2
		says[chain[mid]] = ask(chain[mid])
		if says[chain[mid]] == checker.Fail {
			high = mid
		} else {
			low = mid + 1
		}
	}
	for i, l := range chain {
		if _, known := says[l]; !known {
			says[l] = checker.Pass
			if i >= low {
				says[l] = checker.Fail
			}
		}
	}
	repeatable := checker.RepeatableRead
	switch {
	case says[checker.MonotonicAtomicView] == checker.Fail:
		says[repeatable] = checker.Fail
	case violated != repeatable && says[checker.Serializable] == checker.Pass:
		says[repeatable] = checker.Pass
	case violated != repeatable:
		says[repeatable] = ask(repeatable)
	}
	var all []LevelVerdict
	for _, l := range Levels() {
		all = append(all, LevelVerdict{Level: l, Verdict: says[l]})
	}
	return all
}

// initialState returns a state in which every key of a history holds the value; an empty one if the value is nil.
func initialState(ops []history.Op, value []byte) *history.State {
	s := &history.State{}
	if value == nil {
		return s
	}
	keys := map[string]bool{}
	for i := range ops {
		for _, w := range ops[i].Writes {
			keys[string(w.Key)] = true
		}
		for _, reads := range [2][]history.Read{ops[i].If, ops[i].Reads} {
			for _, r := range reads {
				keys[string(r.Key)] = true
			}
		}
	}
	for _, key := range sortedKeys(keys) {
		s.Append([]byte(key), value)
	}
	return s
}
