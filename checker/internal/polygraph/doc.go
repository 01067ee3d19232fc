// Package polygraph looks for an order of nodes where not all arcs are known: for some pairs of sets of arcs it is only
// known that the arcs of one of the two sets are there. (Papadimitriou, The Serializability of Concurrent Database Updates,
// JACM 1979, gave such graphs their name.) Whether there is an order is an NP-complete question, so the search for one has a
// budget.
//
// The package promises:
//
//   - P1: Possible means that there is a choice of sides with which the graph has no cycle, and Impossible that there is
//     none. If the budget ends before this is known, the answer is Undecided.
//   - P2: if a choice has no possible side although nothing was guessed, the answer names it, with all arcs that are
//     certain: each side closes a cycle with these.
//   - P3: the answer depends on the problem and the budget alone, unless the search is stopped.
//
// It knows nothing of histories. Only the judges call it; a problem must not be used by several goroutines.
package polygraph
