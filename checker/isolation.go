package checker

import (
	"sync"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Isolation judges transactions over lists, after Elle (Kingsbury and Alvaro, VLDB 2020). A list that somebody read shows
// in which order its writers took effect; from this follows for any two transactions that met at a key which of them
// came first. A cycle of such relations is a proof that no order exists, and has the name that Adya's thesis (1999)
// gives to it.
//
// It may be used by several goroutines.
type Isolation struct {
	level Level
	*ledger
	found  []Violation // what is wrong beside cycles
	graph  *graph
	reason string

	beforeOnce sync.Once
	before     *network // of the relations that say who committed first, backwards; made when first needed
}

// NewIsolation indexes a history that began with empty lists. Every operation takes part with the lists that it read or
// wrote; a write appends the last element of its value. The operations must not change afterwards.
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

// JudgeHistory says whether the committed transactions of the run were as isolated as the level demands. Open ones count
// if somebody saw what they appended. It reports the first violation of each class, and the shortest cycle of the
// strongest class; the time it takes is linear in the history if there is no cycle. Which of these a level forbids, is said
// by whom it is named after: ReadUncommitted forbids G0 and what no level allows, ReadCommitted G1a, G1b and G1c as well,
// MonotonicAtomicView OTV, RepeatableRead all cycles but those through scans that missed a list, SnapshotIsolation all up to
// G-nonadjacent, and Serializable the rest.
//
//	internal            a transaction does not see what it has itself read or appended before
//	garbage element     an element that nobody appended
//	G1a                 aborted read: an element of a transaction that was refused or rolled back
//	G1b                 intermediate read: a list to which its writer appended more
//	missing element     an element without what the same transaction had appended to the list before
//	duplicate element   one element twice in a list
//	incompatible order  two reads of a list of which neither is the beginning of the other
//	lost update         two transactions read a list as it was, and both appended to it
//	G0                  a cycle of appends
//	G1c                 a cycle of appends and reads of what was appended
//	OTV                 observed transaction vanishes: a transaction sees one append of another, and then misses one
//	G-single            a cycle that one transaction closes by not having seen another's append: read skew
//	G-nonadjacent       the same, of several such relations that never follow each other
//	G2-item             the same where two follow each other; write skew if there is nothing else
//	...-realtime        a cycle that needs to know who was answered before whom was called
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
