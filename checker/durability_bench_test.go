package checker_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// benchRun is a run of four clients over 2,000 loaded keys, few of which are ever touched again, like most runs of the
// lab. Loading is part of the history unless loaded is true; then it is the initial state.
func benchRun(loaded bool) (ops []history.Op, initial, state *history.State) {
	initial = &history.State{}
	value := func(name string) []byte { return fmt.Appendf(nil, "%-100s", name) }
	store := map[string]string{}
	var tick history.Tick
	add := func(client int, writes []history.Write) {
		ops = append(ops, history.Op{
			ID: len(ops), Client: client, Kind: history.Batch, Writes: writes,
			Call: tick + 1, Return: tick + 2, Outcome: history.Acked,
		})
		tick += 2
	}
	for i := 0; i < 2000; i += 100 {
		var batch []history.Write
		for j := i; j < i+100; j++ {
			batch = append(batch, history.Write{Key: fmt.Appendf(nil, "k%05d", j), Value: value(fmt.Sprintf("load%d", j))})
		}
		if loaded {
			for _, w := range batch {
				initial.Append(w.Key, w.Value)
			}
		} else {
			add(0, batch)
		}
		for _, w := range batch {
			store[string(w.Key)] = string(w.Value)
		}
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range 400 {
		w := history.Write{Key: fmt.Appendf(nil, "k%05d", rng.IntN(80)*25), Delete: rng.IntN(5) == 0}
		if !w.Delete {
			w.Value = value(fmt.Sprintf("put%d", i))
		}
		add(i%4, []history.Write{w})
	}
	for i := range ops {
		write(store, &ops[i])
	}
	return ops, initial, stateOf(store)
}

func BenchmarkJudge(b *testing.B) {
	for _, loaded := range []bool{true, false} {
		ops, initial, state := benchRun(loaded)
		d := checker.NewDurability(ops, initial)
		cut := history.Cut{Acked: ops[len(ops)-1].Return, Called: ops[len(ops)-1].Return}
		b.Run(fmt.Sprintf("loadedBefore=%t", loaded), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if r := d.Judge(cut, state, checker.Rule{Suffix: true, Atomic: true}); r.Verdict != checker.Pass {
					b.Fatal(r)
				}
			}
		})
	}
}
