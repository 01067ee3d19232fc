package checker

import (
	"bytes"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// MayShow is what a store may show to readers without breaking a promise. The zero value allows nothing beyond what
// CheckReads says.
type MayShow struct {
	Late bool // what the store held some time ago
	Torn bool // part of a batch, but never part of a transaction
}

// CheckReads judges what the operations of a live run read, given that the run began with the store in the initial
// state; nil means empty. Every value read must have been written by an operation that was called before the read
// returned and that was not rejected, and it must not certainly have been overwritten before the read was called. In
// particular, a client reads its own writes. Everything that one scan, snapshot or committed transaction read must also
// fit a single moment between its call and its return. A store that promises less may also show what the argument may
// allows.
//
// It reports the first violation of each class. The time is proportional to the number of reads, apart from the search
// among the writes of one key.
func CheckReads(ops []history.Op, initial *history.State, may MayShow) Result {
	r := Result{Judge: "reads", Verdict: Pass}
	x := newIndex(ops, initial)
	if x.reason != "" {
		return r.unclear("%s", x.reason)
	}
	j := &readsJudge{pool: newViews(x), must: everyone, whole: !may.Torn}
	if may.Late {
		j.must = nobody
	}
	known := make(map[string]bool)
	for i := range x.ops {
		for _, v := range j.operation(&x.ops[i]).Violations {
			if !known[v.Class] {
				known[v.Class] = true
				r = r.fail(v)
			}
		}
	}
	return r
}

// readsJudge judges the reads of one operation after another.
type readsJudge struct {
	pool  *views
	must  level
	whole bool
}

// operation returns what is wrong with the reads of an operation. If the operation was not acknowledged, each read is
// judged on its own.
func (j *readsJudge) operation(op *history.Op) (r Result) {
	if op.Outcome != history.Acked {
		// A transaction that lost a conflict was told so. What it read need not fit a single moment.
		for i := range op.Reads {
			r = j.moment(r, op, op.Reads[i:i+1])
		}
		return r
	}
	if at := disorder(op); at > 0 {
		return r.fail(disordered(op, at))
	}
	return j.moment(r, op, op.Reads)
}

// moment adds what is wrong with reads that must fit a single moment.
func (j *readsJudge) moment(r Result, op *history.Op, reads []history.Read) Result {
	v := j.pool.get(bounds{acked: op.Call, called: op.Return, must: j.must, suffix: true, atomic: j.whole, atomicTxns: true})
	defer j.pool.put(v)
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

// reads records single reads. A transaction sees its own writes, which are not evidence of what others see.
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

// scan records what a scan read. Keys in its range that it does not list are absent.
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

// disorder returns the position, counted from 1, of the first key of a scan that is out of order or out of range; 0 if
// there is none.
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
