package checker_test

import (
	"bytes"
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// model is what the keys of small histories hold.
type model int

const (
	uniqueRegisters   model = iota // one value, written to the key only once
	repeatedRegisters              // one of a few values
	appendedLists                  // a list of elements, each appended only once
)

// smallTxns simulates at most 4 transactions on 3 keys. Each reads the store at one moment and commits at another,
// regardless of the others. Then some reads are changed.
func smallTxns(rng *rand.Rand, m model) []history.Op {
	g := &txnMaker{rng: rng, model: m}
	count := 3 + rng.IntN(2)
	for c := range count {
		g.begin(c)
	}
	slices.SortFunc(g.flights, func(a, b *smallFlight) int { return cmp.Compare(a.at[0], b.at[0]) })
	var moments []int
	for i, f := range g.flights {
		f.op.ID = i
		moments = append(moments, f.at[1]*2+1, f.at[2]*2)
	}
	slices.Sort(moments)
	for _, now := range moments {
		for _, f := range g.flights {
			switch now {
			case f.at[1]*2 + 1:
				f.snapshot = len(g.log)
			case f.at[2] * 2:
				g.commit(f)
			}
		}
	}
	var ops []history.Op
	for _, f := range g.flights {
		g.read(f)
		ops = append(ops, f.op)
	}
	return ops
}

type txnMaker struct {
	rng     *rand.Rand
	model   model
	flights []*smallFlight
	log     []map[string]string // the store after every commit
	values  int
}

type smallFlight struct {
	op       history.Op
	at       [4]int // ticks: called, read, committed, answered
	takes    bool   // whether it takes effect
	snapshot int
}

func (g *txnMaker) begin(client int) {
	f := &smallFlight{}
	length := 8 + g.rng.IntN(90)
	from := g.rng.IntN(60)
	for i := range f.at {
		f.at[i] = 4*(from+g.rng.IntN(length)) + client + 1 // ticks of clients differ
	}
	slices.Sort(f.at[:])
	for i := 1; i < 4; i++ {
		f.at[i] = max(f.at[i], f.at[i-1]+4)
	}
	op := &f.op
	op.Client, op.Call, op.Return = client, history.Tick(f.at[0]), history.Tick(f.at[3])
	op.Outcome, f.takes = history.Acked, true
	switch g.rng.IntN(12) {
	case 0:
		op.Outcome, f.takes = history.Rejected, g.rng.IntN(8) == 0
	case 1, 2:
		op.Outcome, f.takes = history.Unknown, g.rng.IntN(2) == 0
		if g.rng.IntN(2) == 0 {
			op.Return = history.Never
		}
	}
	g.plan(op)
	g.flights = append(g.flights, f)
}

// plan chooses what an operation reads and writes. The values are read later.
func (g *txnMaker) plan(op *history.Op) {
	key := func() []byte { return []byte{byte('a' + g.rng.IntN(1+g.rng.IntN(3)))} }
	op.Kind = history.Txn
	if g.rng.IntN(8) == 0 {
		op.Kind = history.Scan
		for _, k := range []string{"a", "b", "c"} {
			op.Reads = append(op.Reads, history.Read{Key: []byte(k)})
		}
		return
	}
	op.Isolation = history.Isolation(g.rng.IntN(3) / 2)
	crossing, from := g.rng.IntN(4) == 0, g.rng.IntN(2) // whether it reads one key and writes another
	for range 1 + g.rng.IntN(5) {
		w := history.Write{Key: key()}
		if crossing {
			w.Key = []byte{byte('a' + (from+len(op.Reads))%2)}
		}
		if g.rng.IntN(2) == 0 && !crossing || crossing && len(op.Reads) == 0 {
			op.Reads, op.Order = append(op.Reads, history.Read{Key: w.Key}), op.Order+"r"
			continue
		}
		switch g.values++; {
		case g.model != repeatedRegisters:
			w.Value = strconv.AppendInt(nil, int64(g.values), 10)
		case g.rng.IntN(5) == 0:
			w.Delete = true
		default:
			w.Value = strconv.AppendInt(nil, int64(g.rng.IntN(3)), 10)
		}
		op.Writes, op.Order = append(op.Writes, w), op.Order+"w"
	}
}

func (g *txnMaker) store(version int) map[string]string {
	if version == 0 {
		return map[string]string{}
	}
	return g.log[version-1]
}

// commit applies the writes of a transaction, if it takes effect.
func (g *txnMaker) commit(f *smallFlight) {
	if !f.takes {
		return
	}
	next := map[string]string{}
	maps.Copy(next, g.store(len(g.log)))
	for _, w := range f.op.Writes {
		g.model.write(next, w)
	}
	g.log = append(g.log, next)
}

// write applies a write. "" stands for an absent value.
func (m model) write(store map[string]string, w history.Write) {
	key := string(w.Key)
	if m == appendedLists && store[key] != "" {
		store[key] += ","
	}
	if m == appendedLists {
		store[key] += string(w.Value)
		return
	}
	store[key] = string(w.Value)
}

// read records what a transaction read.
func (g *txnMaker) read(f *smallFlight) {
	op := &f.op
	if op.Return == history.Never || op.Outcome != history.Acked && g.rng.IntN(2) == 0 {
		op.Reads, op.Order = nil, strings.ReplaceAll(op.Order, "r", "")
		return
	}
	own, settled := map[string]string{}, map[string]bool{}
	maps.Copy(own, g.store(f.snapshot))
	reads, writes, order := 0, 0, op.Order
	if op.Kind == history.Scan {
		order = "rrr"
	}
	for _, what := range order {
		if what == 'w' {
			g.model.write(own, op.Writes[writes])
			settled[string(op.Writes[writes].Key)] = true
			writes++
			continue
		}
		r := &op.Reads[reads]
		value, chance := own[string(r.Key)], 16
		if settled[string(r.Key)] { // a change would be easy to see
			chance = 200
		}
		switch g.rng.IntN(chance) {
		case 0, 1, 3, 4: // as it was at another moment
			value = g.store(g.rng.IntN(len(g.log) + 1))[string(r.Key)]
		case 2: // what any other transaction wrote
			o := g.flights[g.rng.IntN(len(g.flights))].op
			for _, w := range o.Writes {
				if bytes.Equal(w.Key, r.Key) && g.rng.IntN(2) == 0 {
					value = string(w.Value)
				}
			}
		}
		if value != "" {
			r.Value, r.Found = []byte(value), true
		}
		own[string(r.Key)], settled[string(r.Key)] = value, true
		reads++
	}
	if op.Kind == history.Scan {
		op.Reads = slices.DeleteFunc(op.Reads, func(r history.Read) bool { return !r.Found })
	}
}
