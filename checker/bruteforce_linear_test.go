package checker_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// smallHistories is the number of small histories on which judges are compared with brute force at each level. With
// 100,000 it takes a few minutes: CHECKER_SMALL_HISTORIES=100000 go test ./checker -run BruteForce -timeout 1h.
func smallHistories(t *testing.T, usual int) int {
	t.Helper()
	text := os.Getenv("CHECKER_SMALL_HISTORIES")
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err)
	return n
}

// smallHistory simulates at most 8 operations on 2 keys, with few values. They take effect at random moments. Then one
// answer may be changed.
func smallHistory(rng *rand.Rand) (ops []history.Op, final map[string]string) {
	store := map[string]string{}
	var e events
	e.busy = map[int]int{}
	clients := 1 + rng.IntN(4)
	pending := map[int]bool{} // by operation: called but not in effect yet
	free := func() (all []int) {
		for c := range clients {
			if id, busy := e.busy[c]; !busy || e.ops[id].Return != history.Never {
				all = append(all, c)
			}
		}
		return all
	}
	done := map[int]func(){}
	count := 2 + rng.IntN(7)
	for step := 0; len(e.ops) < count || step < 40; step++ {
		switch c := free(); {
		case len(e.ops) < count && len(c) > 0 && rng.IntN(3) == 0:
			client := c[rng.IntN(len(c))]
			e.call(client, smallOp(rng))
			pending[len(e.ops)-1] = true
		default:
			id := rng.IntN(max(1, len(e.ops)))
			switch {
			case pending[id]:
				done[id] = takeEffect(store, &e.ops[id])
				delete(pending, id)
			case done[id] != nil && rng.IntN(8) > 0:
				e.answer(e.ops[id].Client, history.Acked)
				done[id]()
				done[id] = nil
			case done[id] != nil:
				e.answer(e.ops[id].Client, history.Unknown)
				done[id] = nil
			}
		}
	}
	for id := range e.ops {
		if len(e.ops[id].Reads) > 0 && e.ops[id].Outcome == history.Acked && rng.IntN(3*len(e.ops)) < 2 {
			r := &e.ops[id].Reads[rng.IntN(len(e.ops[id].Reads))]
			r.Found, r.Value = rng.IntN(4) > 0, []byte(strconv.Itoa(rng.IntN(4)))
			if !r.Found {
				r.Value = nil
			}
		}
		if e.ops[id].Kind == history.Scan {
			e.ops[id].Reads = slices.DeleteFunc(e.ops[id].Reads, func(r history.Read) bool { return !r.Found })
		}
		if len(e.ops[id].If) > 0 && e.ops[id].Outcome == history.Acked && rng.IntN(12) == 0 {
			e.ops[id].Missed = !e.ops[id].Missed
		}
	}
	return e.ops, store
}

func smallOp(rng *rand.Rand) history.Op {
	key := string(rune('a' + rng.IntN(2)))
	number := strconv.Itoa(rng.IntN(3))
	switch rng.IntN(12) {
	case 0, 1, 2:
		return history.Op{Kind: history.Put, Writes: writing(key, number, history.Assign)}
	case 3:
		return history.Op{Kind: history.Delete, Writes: []history.Write{{Key: []byte(key), Delete: true}}}
	case 4:
		cond := holding(key, strconv.Itoa(rng.IntN(3)))
		if rng.IntN(4) == 0 {
			cond = holding(key, "nil")
		}
		return history.Op{Kind: history.CAS, If: cond, Writes: writing(key, number, history.Assign)}
	case 5:
		if rng.IntN(2) == 0 {
			return history.Op{Kind: history.Increment, Writes: writing(key, number, history.Add)}
		}
		return history.Op{Kind: history.Append, Writes: writing(key, number, history.Extend)}
	case 6:
		return history.Op{Kind: history.Scan, Reads: []history.Read{{Key: []byte("a")}, {Key: []byte("b")}}}
	case 7:
		op := history.Op{Kind: history.Txn, Order: "rw", Reads: holding(key, "nil"), Writes: writing(key, number, history.Assign)}
		if rng.IntN(2) == 0 {
			op.Order = "wr"
		}
		return op
	}
	return history.Op{Kind: history.Get, Reads: holding(key, "nil")}
}

// takeEffect applies an operation. The function that it returns records the answer in the operation.
func takeEffect(store map[string]string, op *history.Op) (answer func()) {
	reads, missed := slices.Clone(op.Reads), false
	for _, c := range op.If {
		held, found := store[string(c.Key)]
		missed = missed || found != c.Found || held != string(c.Value)
	}
	read := func() {
		for i := range reads {
			held, found := store[string(reads[i].Key)]
			reads[i].Value, reads[i].Found = []byte(held), found
			if !found {
				reads[i].Value = nil
			}
		}
	}
	if op.Order != "wr" {
		read()
	}
	if !missed {
		for _, w := range op.Writes {
			change(store, w)
		}
	}
	if op.Order == "wr" {
		read()
	}
	return func() { op.Reads, op.Missed = reads, missed }
}

// change applies a write. It returns false for an addition to something that is not a number.
func change(store map[string]string, w history.Write) bool {
	key := string(w.Key)
	switch {
	case w.Delete:
		delete(store, key)
	case w.Change == history.Extend:
		store[key] += string(w.Value)
	case w.Change == history.Add:
		n, err := strconv.Atoi("0" + store[key])
		by, _ := strconv.Atoi(string(w.Value))
		if err != nil {
			return false
		}
		store[key] = strconv.Itoa(n + by)
	default:
		store[key] = string(w.Value)
	}
	return true
}

// linearizable tries all orders of the operations on one key and, for each open one, whether it took effect.
func linearizable(ops []history.Op, key, final string) bool {
	var held string // "" is absent
	placed := make([]bool, len(ops))
	var place func() bool
	place = func() bool {
		left := false
		for i := range ops {
			op := &ops[i]
			if placed[i] || op.Outcome != history.Acked {
				continue
			}
			left = true
		}
		if !left && held == final {
			return true
		}
		for i := range ops {
			if placed[i] || ops[i].Outcome == history.Rejected || slices.ContainsFunc(ops, func(o history.Op) bool {
				return !placed[o.ID] && o.Outcome == history.Acked && o.Return < ops[i].Call
			}) {
				continue
			}
			before := held
			if after, ok := happens(&ops[i], key, held); ok {
				placed[i], held = true, after
				if place() {
					return true
				}
				placed[i], held = false, before
			}
		}
		return false
	}
	return place()
}

// happens returns what a key holds after an operation, or false if the operation cannot have been answered that way.
func happens(op *history.Op, key, held string) (string, bool) {
	acked := op.Outcome == history.Acked
	store := map[string]string{}
	if held != "" {
		store[key] = held
	}
	check := func() bool {
		seen := op.Kind != history.Scan
		for _, r := range op.Reads {
			if string(r.Key) == key {
				seen = true
				if acked && (r.Found != (store[key] != "") || !bytes.Equal(r.Value, []byte(store[key]))) {
					return false
				}
			}
		}
		return seen || !acked || store[key] == ""
	}
	for _, c := range op.If {
		if string(c.Key) == key {
			holds := string(c.Value) == held
			if acked && holds == op.Missed {
				return held, false
			}
			if !holds {
				return held, true
			}
		}
	}
	if op.Order != "wr" && !check() {
		return held, false
	}
	for _, w := range op.Writes {
		if string(w.Key) == key && !change(store, w) {
			return held, !acked
		}
	}
	if op.Order == "wr" && !check() {
		return held, false
	}
	return store[key], true
}

func TestLinearizabilityAgreesWithBruteForce(t *testing.T) {
	count := smallHistories(t, 4000)
	verdicts := map[checker.Verdict]int{}
	for seed := range count {
		rng := rand.New(rand.NewPCG(uint64(seed), 7))
		ops, store := smallHistory(rng)
		if rng.IntN(6) == 0 {
			store["a"] = strconv.Itoa(rng.IntN(3))
		}
		want := checker.Pass
		if !linearizable(ops, "a", store["a"]) || !linearizable(ops, "b", store["b"]) {
			want = checker.Fail
		}
		r := checker.Linearizability(t.Context(), ops, nil, stateOf(store), nil, checker.Limits{})
		if r.Verdict != want {
			require.Equal(t, want, r.Verdict, "seed %d: %s %v\n%s\n%v", seed, r.Reason, r.Violations, encode(t, ops), store)
		}
		verdicts[want]++
	}
	require.Greater(t, verdicts[checker.Pass], count/5)
	require.Greater(t, verdicts[checker.Fail], count/5)
}

func encode(t *testing.T, ops []history.Op) string {
	t.Helper()
	var buf bytes.Buffer
	require.NoError(t, history.Encode(&buf, ops))
	return buf.String()
}
