package checker

import (
	"bytes"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// CheckReads judges what the operations of a live run read, the run having begun with an empty store. Every value must
// have been written by an operation that was called before the read returned and was not rejected, and it must not have
// been overwritten for certain before the read was called; so a client reads its own writes. What one scan, snapshot
// or committed transaction read must also fit one moment between its call and its return.
//
// Of each class of violation it reports the first. The time it takes is proportional to the number of reads, but for
// the search among the writes of one key.
func CheckReads(ops []history.Op) Result { return CheckReadsFrom(ops, nil) }

// CheckLateReads is CheckReads for a store that may answer with what it held some time ago: values are not stale.
func CheckLateReads(ops []history.Op) Result { return checkReadsOf(newIndex(ops, nil), nobody, true) }

// MayShow is what a store may show to readers without breaking a promise.
type MayShow struct {
	Late bool // what it held some time ago
	Torn bool // a part of a batch, but never of a transaction
}

// CheckReadsThat is CheckReads for a store that promises less.
func CheckReadsThat(may MayShow, ops []history.Op) Result {
	must := everyone
	if may.Late {
		must = nobody
	}
	return checkReadsOf(newIndex(ops, nil), must, !may.Torn)
}

// CheckReadsFrom is CheckReads for a run that began with the store in the initial state.
func CheckReadsFrom(ops []history.Op, initial *history.State) Result {
	return checkReadsOf(newIndex(ops, initial), everyone, true)
}

// checkReadsOf demands that reads show all commits of a level that were acknowledged before; if whole says so, batches as a
// whole.
func checkReadsOf(x *index, must level, whole bool) Result {
	r := Result{Judge: "reads", Verdict: Pass}
	if x.reason != "" {
		return r.unclear("%s", x.reason)
	}
	pool := newViews(x)
	known := make(map[string]bool)
	for i := range x.ops {
		for _, v := range x.checkReads(Result{}, pool, &x.ops[i], must, whole).Violations {
			if !known[v.Class] {
				known[v.Class] = true
				r = r.fail(v)
			}
		}
	}
	return r
}

// checkReads adds what is wrong with the reads of one operation. Operations without an answer have read nothing.
func (x *index) checkReads(r Result, pool *views, op *history.Op, must level, whole bool) Result {
	if op.Outcome != history.Acked {
		// A transaction that lost has been told so: what it read together need not fit together.
		for i := range op.Reads {
			r = x.checkView(r, pool, op, op.Reads[i:i+1], must, whole)
		}
		return r
	}
	if at := disorder(op); at > 0 {
		return r.fail(disordered(op, at))
	}
	return x.checkView(r, pool, op, op.Reads, must, whole)
}

func (x *index) checkView(r Result, pool *views, op *history.Op, reads []history.Read, must level, whole bool) Result {
	v := pool.get(bounds{acked: op.Call, called: op.Return, must: must, suffix: true, atomic: whole, atomicTxns: true})
	defer pool.put(v)
	if op.Scans() {
		v.scan(op)
	} else {
		v.reads(op, reads)
	}
	if found := v.examine(); len(found) > 0 {
		return v.accuse(r, found, readScene(op))
	}
	return r
}

// reads enters single reads. A transaction sees its own writes, which are no evidence of what others see.
func (v *view) reads(op *history.Op, reads []history.Read) {
	for i := range reads {
		read := &reads[i]
		if own(op, read) {
			continue
		}
		k, known := v.lookup(read.Key)
		switch {
		case known && read.Found:
			v.value(k, read.Value)
		case known:
			v.absence(k)
		case read.Found:
			v.find(finding{kind: strange, entry: -1, value: read.Value, key: read.Key})
		}
	}
}

// own reports whether a read shows what the operation itself writes.
func own(op *history.Op, read *history.Read) bool {
	for _, w := range op.Writes {
		if bytes.Equal(w.Key, read.Key) && read.Found != w.Delete && bytes.Equal(w.Value, read.Value) {
			return true
		}
	}
	return false
}

// scan enters what a scan read: the keys of its range that it does not list are absent.
func (v *view) scan(op *history.Op) {
	next, _ := v.lookup(op.ScanFrom)
	end := len(v.entries)
	if len(op.ScanTo) > 0 {
		end, _ = v.lookup(op.ScanTo)
	}
	for i := range op.Reads {
		read := &op.Reads[i]
		for next < end && bytes.Compare(v.entries[next].key, read.Key) < 0 {
			v.absence(next)
			next++
		}
		if next == end || !bytes.Equal(v.entries[next].key, read.Key) {
			v.find(finding{kind: strange, entry: -1, value: read.Value, key: read.Key})
			continue
		}
		v.value(next, read.Value)
		next++
	}
	for ; next < end; next++ {
		v.absence(next)
	}
}

// disorder returns the position of the first key of a scan that is not after the one before it or not in its range,
// counted from 1, or 0.
func disorder(op *history.Op) int {
	if !op.Scans() {
		return 0
	}
	for i := range op.Reads {
		key := op.Reads[i].Key
		if i > 0 && bytes.Compare(op.Reads[i-1].Key, key) >= 0 || bytes.Compare(key, op.ScanFrom) < 0 ||
			len(op.ScanTo) > 0 && bytes.Compare(key, op.ScanTo) >= 0 {
			return i + 1
		}
	}
	return 0
}
