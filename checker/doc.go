// Package checker judges evidence: what a store showed after a crash, and what it answered while it ran. It reads
// histories and states and knows nothing of the store that made them.
//
// The package promises:
//
//   - J1: a Fail is a proof. No execution of a store that keeps the promises at issue gives this evidence, however its
//     operations overlapped and whatever became of those that were never answered. Violations say which operations
//     contradict each other, in a sentence that needs no knowledge of the code.
//   - J2: a Pass says that the judge looked at everything it was given and found nothing. How sharp each judge is, is
//     said at its function; [Durability] is exact for one client, [Sequence] for any number if the store reveals the order
//     of its commits, [Isolation] for all orders that the lists of a history show, and [Linearizability] and
//     [RegisterIsolation] wherever their limits let them come to an answer.
//   - J3: no answer is Inconclusive, with the reason, and never a Pass.
//   - J4: judges check what they take for granted ([Assumptions]) before they judge.
//   - J5: judges change nothing that they are given, and may be used by several goroutines at once.
//
// # What is known of an operation
//
// A commit takes effect at one moment between call and return, if it was acknowledged. Rejected, it never does. All
// others are open: they may take effect at any time after the call, even long after an error was returned, or never.
// So "a came before b" is certain only if a was acknowledged before b was called. A value that only one commit wrote names
// that commit, and proves that everything is missing that was certain to come after it. A value that several wrote names none
// of them, and proves only that what was certain to come after all of them is missing. An operation that was told that its
// condition did not hold has read that, and written nothing.
//
// # How a state is judged
//
// A recovered state, a scan and a snapshot are the same thing to a judge: a view of the store at one moment, of which
// is known what must and what may have taken effect by then. Each key of a view shows something, and from this follows
// what is in and what is out. Contradictions are, the most telling first:
//
//	invented             a value that nobody wrote, or that was written to another key
//	refused but present  a value of a rejected commit
//	from the future      a value of a commit that was called too late
//	torn batch           one key shows the commit, another shows that it is out      (of a read: torn read)
//	lost                 a commit is out that must be in                             (of a read: stale read)
//	resurrected          an entry of a log is back that was truncated, or whose index was given to another
//	hole                 a commit is out although a later one is in                  (inconsistent snapshot)
//
// For the last, the view must fit one moment: each key bounds the moments that it admits from both sides, and a key
// that shows nothing and was deleted more than once admits several intervals. The search for a moment in all of them
// walks through the calls of commits, from the earliest that the bounds leave, and mostly ends where it begins.
//
// The search for an order (linearizability) is exponential in the number of operations in flight, so it works key by
// key and in windows between quiet full scans, and it leaves out open writes that nobody saw. It does not need unique
// values. A key on which values repeat, or operations have conditions, increment or append, is judged by its values
// (byvalue.go): windows end wherever an operation that tells what the key holds overlapped with nothing, and an open write
// stays open until the end, as to see its value does not prove that it took effect.
//
// # How transactions are judged
//
// [Isolation] is for histories of lists (workload append). It goes four ways, each linear in the history:
//
//	ledger.go     every element is traced to the transaction that appended it; open ones count if somebody saw theirs
//	versions.go   what contradicts a single transaction, or the order of a single list
//	graph.go      who came before whom: ww appended before, wr appended what was read, rw read without what was appended,
//	              rt was answered before the other was called (no more than clients each, as the rest follows)
//	network.go    one node for a transaction that takes effect at one moment, two for one that may read before it commits;
//	              cycle.go looks for cycles and names the shortest by what it is made of
//
// Transactions of different levels stand in one graph: with two nodes, a relation rw into a transaction cannot be
// followed by one out of it, and exactly such cycles are what snapshot isolation allows. After a crash the recovered
// store is one more transaction, which has read everything (recovered.go): what is missing must not have come before
// what is there. The crash itself is judged by [Durability].
//
// In which order appends took effect that nobody read, no list says. Under snapshot isolation it matters all the same: the
// first of two such transactions had committed before the other began (unread.go). [RegisterIsolation] has the same question
// about all writes, as a register shows only the last. Both put it to a search (orders.go, internal/polygraph) which first
// tries the order that the answers suggest, and then, in small enough histories, derives what must be and guesses the rest.
// If values repeat, each read of one may have seen any of its writers, and the search tries all (registersources.go).
//
// What each [Level] forbids is the table in cycle.go, but for what single reads show. Adya's definitions ask for no clock and
// for no order within a transaction; MonotonicAtomicView and the internal consistency of transactions need the order of their
// steps (history.Op.Order).
//
// [Sequence] does not infer an order but is told: a state is that after some number of commits, or it is wrong. Each key
// bounds the number from both sides (prefix.go).
//
// # Size
//
// The package has more files than the project's usual limit of 25. Its judges are six, and each is a few small files, but all
// of them read the same index of commits (index.go) or the same relations between transactions (graph.go, cycle.go, orders.go),
// speak of operations in the same words (describe.go) and answer with the same verdict (verdict.go); as packages of their own
// they would have to export that vocabulary to each other. What needs none of it is apart: internal/polygraph.
//
//structure:limits files=40
package checker
