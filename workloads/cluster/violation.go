package cluster

import (
	"fmt"
	"maps"
	"slices"
)

// Class is the promise that a violation breaks. Shrinking keeps it.
type Class string

// The classes of violations that are seen while a group runs. Those of histories are named by their judge, such as "linearizability".
const (
	Leaders      Class = "one leader a term"
	Completeness Class = "leader completeness"
	Committed    Class = "committed entries stay"
	Effects      Class = "an entry has one effect"
	LogOrder     Class = "terms never decrease in a log"
	LogMatching  Class = "log matching"
	Election     Class = "a majority elects"
	Commitment   Class = "a majority commits"
	Membership   Class = "members are the same everywhere"
	Overlap      Class = "majorities overlap"
	Sessions     Class = "commands are not forgotten early"
	Opens        Class = "a node opens after a power cut"
	Runs         Class = "a node fails only if its disk does"
	Refuses      Class = "the store of another is refused"
	Settles      Class = "the group settles after its last fault"
	Same         Class = "all nodes hold the same"
)

// The classes of violations that are seen on a disk that a power cut could have left.
const (
	WordTerm  Class = "a node's word about its term"
	WordVote  Class = "a node's word about its vote"
	WordEntry Class = "a node's word about its log"
	WordOpens Class = "a node opens from any disk of a power cut"
	WordOrder Class = "terms never decrease in a log that a power cut leaves"
)

// OfDisk reports whether violations of a class are seen on the disk of a single node.
func (c Class) OfDisk() bool {
	return c == WordTerm || c == WordVote || c == WordEntry || c == WordOpens || c == WordOrder
}

// OfHistory reports whether violations of a class are seen in the history of the clients, once the run has ended.
func (c Class) OfHistory() bool { return historyClasses[c] }

var historyClasses = map[Class]bool{"linearizability": true, "bank": true, "isolation": true}

// Violation is a broken promise.
type Violation struct {
	Class    Class  `json:"class"`
	Sentence string `json:"sentence"`
	Step     int    `json:"step,omitempty"` // at which it was seen; 0 for one of the history
	Node     uint64 `json:"node,omitempty"` // the node whose disk it is about
	Tick     uint64 `json:"tick,omitempty"` // of the crash that leaves this disk
}

func (v Violation) String() string {
	if v.Step == 0 {
		return v.Sentence
	}
	return fmt.Sprintf("step %d: %s", v.Step, v.Sentence)
}

// Classes returns all classes of violations.
func Classes() []Class {
	all := []Class{
		Leaders, Completeness, Committed, Effects, LogOrder, LogMatching, Election, Commitment, Membership, Overlap, Sessions, Opens, Runs, Refuses,
		Settles, Same, WordTerm, WordVote, WordEntry, WordOpens, WordOrder,
	}
	return append(all, slices.Sorted(maps.Keys(historyClasses))...)
}
