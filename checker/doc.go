// Package checker judges evidence: what a store showed after a crash, and what it answered while it ran. It reads
// histories and states and knows nothing about the store that produced them.
//
// The package promises:
//
//   - J1: a Fail is a proof. No execution of a store that keeps the promises in question could have produced this
//     evidence, however its operations overlapped and whatever became of those that were never answered. Violations
//     say which operations contradict each other, in a sentence that requires no knowledge of the code.
//   - J2: a Pass says that the judge looked at everything it was given and found nothing wrong. Each judge documents
//     how sharp it is. [Durability] is exact for one client. [Sequence] is exact for any number of clients, provided
//     that the store reveals the order of its commits. [Isolation] is exact for all orders that the lists of a history
//     show. [Linearizability] and [RegisterIsolation] are exact wherever their limits let them reach an answer.
//   - J3: the absence of an answer is Inconclusive, with the reason, and never a Pass.
//   - J4: judges check their [Assumptions] before they judge.
//   - J5: judges modify nothing that they are given, and are safe for concurrent use.
//
// # What is known about an operation
//
// An acknowledged commit takes effect at one moment between its call and its return. A rejected commit never takes
// effect. All others are open: they may take effect at any time after the call, even long after an error was returned,
// or never. So "a came before b" is certain only if a was acknowledged before b was called.
//
// A value that only one commit wrote identifies that commit. If a key shows it, all commits to the key that certainly
// came later are missing. A value that several commits wrote identifies none of them, and proves only that the commits
// that certainly came after all of these are missing. An operation that was told that its condition did not hold has
// read that much, and has written nothing.
//
// # How a state is judged
//
// To a judge, a recovered state, a scan and a snapshot are the same thing: a view of the store at one moment, with
// bounds on what must and what may have taken effect by then. Each key of a view shows something, and that implies
// which commits are in and which are out. These are the possible contradictions, in order of how much they reveal:
//
//	invented             a value that nobody wrote, or that was written to another key
//	refused but present  a value of a rejected commit
//	from the future      a value of a commit that was called too late
//	torn batch           one key shows the commit, another shows that it is out      (of a read: torn read)
//	lost                 a commit is out that must be in                             (of a read: stale read)
//	resurrected          a log entry is back that was truncated, or whose index was reassigned
//	hole                 a commit is out although a later one is in                  (inconsistent snapshot)
//
// To rule out a hole, the view must fit a single moment. Each key bounds the admissible moments from both sides; a key
// that shows nothing and was deleted more than once admits several intervals. The search for a moment that lies in all
// of them walks through the calls of commits, starting with the earliest that the bounds allow, and mostly ends where
// it begins.
//
// The search for an order (linearizability) is exponential in the number of operations in flight. It therefore works
// key by key, in windows between quiet full scans, and leaves out open writes that nobody saw. It does not need unique
// values. A key on which values repeat, or on which operations have conditions, increment or append, is judged by its
// values (byvalue.go). For such a key, a window ends after each operation that reveals what the key holds and overlaps
// with no other. An open write stays open until the end, because seeing its value does not prove that it took effect,
// so a single open write makes the rest of the history one window. Unless operations increment or append, such a key is
// therefore swept first (internal/sweep): the sweep needs no windows, and takes time linear in the length of the
// history as long as few operations run at once.
//
// # How transactions are judged
//
// [Isolation] is for histories of lists (workload append). It takes four steps, each linear in the size of the
// history:
//
//	ledger.go     traces every element to the transaction that appended it; open ones count if somebody saw what they appended
//	versions.go   finds what contradicts a single transaction, or the order of a single list
//	graph.go     records who came before whom: ww appended before, wr appended what the other read, rw read without what was
//	              appended, rt was answered before the other was called (only those that the rest does not imply)
//	network.go    has one node for a transaction that takes effect at one moment, two for one that may read before it
//	              commits; cycle.go looks for cycles and names the shortest by what it is made of
//
// Transactions of different levels share one graph. With two nodes per transaction, no cycle can have two adjacent
// relations rw, and cycles with two adjacent ones are exactly those that snapshot isolation allows. After a crash the
// recovered store is treated as one more transaction, which has read everything (recovered.go): what is missing must
// not have come before what is there. The crash itself is judged by [Durability].
//
// Lists do not show the order of appends that nobody read. Under snapshot isolation that order still matters, because
// the first of two such transactions had committed before the other began (unread.go). [RegisterIsolation] faces the
// same question for all writes, since a register shows only the last one. Both leave it to a search (orders.go,
// internal/polygraph). The search first tries the order that the answers suggest; then, in small enough histories, it
// derives what must hold and guesses the rest. If a value was written more than once, a read of it may have seen any
// of its writers, and the search tries them all (registersources.go).
//
// The table in cycle.go says what each [Level] forbids, apart from what single reads show. Adya's definitions refer
// neither to a clock nor to the order of steps within a transaction. MonotonicAtomicView and the internal consistency
// of transactions do need the order of steps (history.Op.Order).
//
// [Sequence] does not infer an order but is given it: a state is what the first n commits leave for some n, or it is
// wrong. Each key bounds n from both sides (prefix.go).
//
// # Size
//
// The package has more files than the project's usual limit of 25. It has six judges of a few small files each. All of
// them read the same index of commits (index.go) or the same relations between transactions (graph.go, cycle.go,
// orders.go), describe operations in the same words (describe.go) and answer with the same verdict (verdict.go).
// Separate packages would have to export that vocabulary to each other. Code that does not need it is in
// internal/polygraph and internal/sweep.
//
//structure:limits files=40
package checker
