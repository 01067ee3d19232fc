package checker

import (
	"bytes"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// atFirst stands for the writer of what a key held at the start.
const atFirst = int32(-1)

// version is a value of a key, or its absence, with everyone who wrote it.
type version struct {
	key     int32
	value   []byte
	absent  bool
	writers []int32 // transactions that left it behind and were not refused; may include atFirst
	passing []int32 // transactions that overwrote it themselves
	refused []int32 // refused transactions that wrote it
}

// registerRead is what a transaction read, other than its own writes.
type registerRead struct {
	version int32
	phantom bool    // a scan did not find the key
	sources []int32 // who may have written it
}

// registerTxn is an operation, as far as registers are concerned.
type registerTxn struct {
	op            *history.Op
	fate          txnFate
	reads         []registerRead // in order
	writes        []int32        // the versions that it leaves behind
	contradiction string         // how it contradicts itself; "" if it does not
}

// wrote reports whether the transaction left behind a version of a key.
func (t *registerTxn) wrote(g *registers, key int32) bool {
	return slices.ContainsFunc(t.writes, func(v int32) bool { return g.versions[v].key == key })
}

// registers is a history of registers, with every value traced to those who may have written it.
type registers struct {
	level    Level
	txns     []registerTxn // one for each operation
	keys     [][]byte      // in order
	byKey    map[string]int32
	versions []version
	byValue  []map[string]int32 // by key
	absent   []int32            // by key, the version that is its absence
	writers  [][]int32          // by key, all transactions that left behind a version and were not refused
	reason   string             // the reason, if nothing can be judged
}

func newRegisters(ops []history.Op, initial *history.State, level Level) *registers {
	g := &registers{level: level, byKey: map[string]int32{}}
	g.collectKeys(ops, initial)
	for k := range g.keys {
		g.byValue = append(g.byValue, map[string]int32{})
		g.absent = append(g.absent, g.addVersion(version{key: int32(k), absent: true}))
	}
	loaded := make([]bool, len(g.keys))
	if initial != nil {
		for key, value := range initial.All() {
			k := g.byKey[string(key)]
			v := g.version(k, value)
			g.versions[v].writers, loaded[k] = []int32{atFirst}, true
		}
	}
	for k, there := range loaded {
		if !there {
			g.versions[g.absent[k]].writers = []int32{atFirst}
		}
	}
	g.writers = make([][]int32, len(g.keys))
	for i := range ops {
		g.txns = append(g.txns, registerTxn{op: &ops[i], fate: fateOf(&ops[i])})
		g.addWrites(int32(i))
	}
	for i := range ops {
		g.addReads(int32(i))
	}
	return g
}

// collectKeys finds all keys, in order.
func (g *registers) collectKeys(ops []history.Op, initial *history.State) {
	enter := func(key []byte) {
		if _, known := g.byKey[string(key)]; !known {
			g.byKey[string(key)] = 0
			g.keys = append(g.keys, bytes.Clone(key))
		}
	}
	if initial != nil {
		for key := range initial.All() {
			enter(key)
		}
	}
	for i := range ops {
		for j := range ops[i].Writes {
			enter(ops[i].Writes[j].Key)
		}
		for _, reads := range [2][]history.Read{ops[i].If, ops[i].Reads} {
			for j := range reads {
				enter(reads[j].Key)
			}
		}
	}
	slices.SortFunc(g.keys, bytes.Compare)
	for k, key := range g.keys {
		g.byKey[string(key)] = int32(k)
	}
}

func (g *registers) addVersion(v version) int32 {
	g.versions = append(g.versions, v)
	return int32(len(g.versions) - 1)
}

func (g *registers) version(key int32, value []byte) int32 {
	v, known := g.byValue[key][string(value)]
	if !known {
		v = g.addVersion(version{key: key, value: value})
		g.byValue[key][string(value)] = v
	}
	return v
}

// written returns the version that a write creates.
func (g *registers) written(w *history.Write) int32 {
	k := g.byKey[string(w.Key)]
	if w.Delete {
		return g.absent[k]
	}
	return g.version(k, w.Value)
}

// seen returns the version that a read shows.
func (g *registers) seen(r *history.Read) int32 {
	k := g.byKey[string(r.Key)]
	if !r.Found {
		return g.absent[k]
	}
	return g.version(k, r.Value)
}

// addWrites records a transaction as the writer of what it wrote.
func (g *registers) addWrites(t int32) {
	txn := &g.txns[t]
	if !txn.op.Wrote() && txn.fate != aborted {
		return
	}
	writes := txn.op.Writes
	for i := range writes {
		w := &writes[i]
		if w.Change != history.Assign && txn.fate != aborted && g.reason == "" {
			g.reason = describe(txn.op) + " does not say what the key holds afterwards: only linearizability can be judged"
		}
		n := g.written(w)
		v := &g.versions[n]
		overwritten := slices.ContainsFunc(writes[i+1:], func(o history.Write) bool { return bytes.Equal(o.Key, w.Key) })
		switch {
		case txn.fate == aborted:
			v.refused = append(v.refused, t)
		case overwritten:
			v.passing = append(v.passing, t)
		default:
			v.writers = append(v.writers, t)
			g.writers[v.key] = append(g.writers[v.key], t)
			txn.writes = append(txn.writes, n)
		}
	}
}

// addReads records what a transaction read.
func (g *registers) addReads(t int32) {
	txn := &g.txns[t]
	op := txn.op
	switch {
	case op.Outcome == history.Rejected:
		return
	case op.Scans():
		g.addScan(txn)
	default:
		g.addSteps(txn)
	}
	for i := range txn.reads {
		r := &txn.reads[i]
		for _, w := range g.versions[r.version].writers {
			if w != t {
				r.sources = append(r.sources, w)
			}
		}
		if len(r.sources) > 1 && g.level == StrictSerializable {
			r.sources = g.current(r.sources, g.versions[r.version].key, op)
		}
	}
}

// current returns the sources of a read that are consistent with real time. It drops writers that were called only
// after the reader had been answered, and writers whose value had certainly been overwritten when the reader was
// called. If no source remains, the read is wrong whoever wrote the value. In that case current returns all sources,
// which are then tried and refuted one by one.
func (g *registers) current(sources []int32, key int32, reader *history.Op) []int32 {
	replaced := func(written history.Tick) bool {
		return slices.ContainsFunc(g.writers[key], func(o int32) bool {
			over := g.txns[o].op
			return over.Outcome == history.Acked && over.Return < reader.Call && over.Call > written
		})
	}
	left := slices.DeleteFunc(slices.Clone(sources), func(w int32) bool {
		if w == atFirst {
			return replaced(0)
		}
		by := g.txns[w].op
		return by.Call > reader.Return || by.Outcome == history.Acked && replaced(by.Return)
	})
	if len(left) == 0 {
		return sources
	}
	return left
}

// addScan records what a scan showed. Keys in its range that it does not show are absent.
func (g *registers) addScan(txn *registerTxn) {
	op := txn.op
	if op.Outcome != history.Acked {
		return
	}
	found := map[int32]bool{}
	for i := range op.Reads {
		v := g.seen(&op.Reads[i])
		found[g.versions[v].key] = true
		txn.reads = append(txn.reads, registerRead{version: v})
	}
	for k, key := range g.keys {
		if !found[int32(k)] && bytes.Compare(key, op.ScanFrom) >= 0 && (len(op.ScanTo) == 0 || bytes.Compare(key, op.ScanTo) < 0) {
			txn.reads = append(txn.reads, registerRead{version: g.absent[k], phantom: true})
		}
	}
}

// addSteps records what an operation read, in order, and compares it with what it had written itself.
func (g *registers) addSteps(txn *registerTxn) {
	op := txn.op
	if op.Outcome == history.Acked && !op.Missed {
		for i := range op.If {
			txn.reads = append(txn.reads, registerRead{version: g.seen(&op.If[i])})
		}
	}
	mine := map[int32]int32{} // by key, the version that it wrote last
	reads, writes := op.Reads, op.Writes
	if op.Missed && op.Outcome == history.Acked {
		writes = nil
	}
	for i := range len(reads) + len(writes) {
		write := len(reads) == 0
		if i < len(op.Order) && len(reads) > 0 && len(writes) > 0 {
			write = op.Order[i] == 'w'
		}
		if write {
			v := g.written(&writes[0])
			mine[g.versions[v].key] = v
			writes = writes[1:]
			continue
		}
		g.addRead(txn, &reads[0], mine)
		reads = reads[1:]
	}
}

func (g *registers) addRead(txn *registerTxn, r *history.Read, mine map[int32]int32) {
	v := g.seen(r)
	want, wrote := mine[g.versions[v].key]
	switch {
	case wrote && want != v && txn.contradiction == "":
		txn.contradiction = "read " + g.show(v) + ", but had to find " + g.valueOf(want) + ", which it had written itself"
	case wrote:
	case txn.op.Kind == history.Txn && txn.op.Order == "" && own(txn.op, r): // it may have read its own write
	default:
		txn.reads = append(txn.reads, registerRead{version: v})
	}
}
