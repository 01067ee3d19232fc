package checker

import (
	"sync"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Isolation judges transactions over lists, in the manner of Elle (Kingsbury and Alvaro, VLDB 2020). A read of a list
// shows the order in which its writers took effect. So for any two transactions that met at a key, it is known which
// came first. A cycle of such relations proves that no order exists; it is named as in Adya's thesis (1999).
//
// An Isolation is safe for concurrent use.
type Isolation struct {
	level Level
	*ledger
	found  []Violation // violations other than cycles
	graph  *graph
	reason string

	beforeOnce sync.Once
	before     *network // the relations that say who committed first, reversed; built when first needed
}

// NewIsolation indexes a history that began with empty lists. Every operation takes part with the lists that it read
// or wrote; a write appends the last element of its value. The operations must not be modified afterwards.
func NewIsolation(ops []history.Op, lists Lists, level Level) *Isolation {
	j := &Isolation{level: level}
	if r := assumeUnique(ops); r.Verdict != Pass {
		j.reason = r.Violations[0].Sentence
	}
	j.ledger = newLedger(ops, lists, level)
	if j.reason == "" {
		j.reason = j.ambiguous
	}
	j.found = j.checkTransactions(j.found)
	j.found = j.checkVersions(j.found)
	if level == MonotonicAtomicView {
		j.found = j.checkVanished(j.found)
	}
	j.graph = newGraph(j.ledger)
	if level == StrictSerializable {
		j.graph.addRealTime()
	}
	return j
}

// JudgeHistory says whether the committed transactions of the run were as isolated as the level demands. Open
// transactions count as committed if a committed one saw what they appended. It reports the first violation of each
// class, and the shortest cycle of the most severe class. The time is linear in the history if there is no cycle.
//
// The classes are listed below. ReadUncommitted forbids G0 and whatever no level allows. ReadCommitted also forbids
// G1a, G1b and G1c; MonotonicAtomicView also OTV; RepeatableRead all cycles except those through scans that missed a
// list; SnapshotIsolation everything up to G-nonadjacent; and Serializable the rest.
//
//	internal            a transaction does not see what it has itself read or appended before
//	garbage element     an element that nobody appended
//	G1a                 aborted read: an element of a transaction that was refused or rolled back
//	G1b                 intermediate read: a list to which the writer of its last element then appended more
//	missing element     an element without what the same transaction had appended to the list before
//	duplicate element   the same element twice in a list
//	incompatible order  two reads of a list, neither of which is a prefix of the other
//	lost update         two transactions read the same version of a list, and both appended to it
//	G0                  a cycle of appends
//	G1c                 a cycle of appends and reads of what was appended
//	OTV                 observed transaction vanishes: a transaction sees one append of another, and then misses one
//	G-single            a cycle that one transaction closes by not having seen another's append: read skew
//	G-nonadjacent       a cycle with several such relations, no two of which are adjacent; long fork if two transactions
//	                    saw two appends in opposite orders
//	G2-item             a cycle in which two are adjacent; write skew if it consists of nothing else
//	...-realtime        a cycle that also depends on who was answered before whom was called
func (j *Isolation) JudgeHistory() Result {
	r := Result{Judge: "isolation", Verdict: Pass}
	if j.reason != "" {
		return r.unclear("%s", j.reason)
	}
	for _, v := range j.found {
		r = r.fail(v)
	}
	if c := j.graph.anomaly(j.level); c != nil {
		return r.fail(j.accuse(c))
	}
	return j.graph.checkUnread(r, j.level)
}
