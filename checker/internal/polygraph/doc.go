// Package polygraph looks for an order of nodes when not all arcs are known: for some pairs of sets of arcs, it is
// known only that the arcs of one of the two sets exist. (The name is from Papadimitriou, The Serializability of
// Concurrent Database Updates, JACM 1979.) Deciding whether an order exists is NP-complete, so the search for one has
// a budget.
//
// The package promises:
//
//   - P1: Possible means that the sides of all choices can be picked so that the graph has no cycle, and Impossible
//     that they cannot. If the budget runs out before this is known, the answer is Undecided.
//   - P2: if some choice has no possible side although nothing was guessed, the answer names it and lists all arcs
//     that are certain: each side closes a cycle with these.
//   - P3: the answer depends only on the problem and its budget, unless the search is stopped.
//
// The package knows nothing about histories, and only the judges call it. A problem must not be used by several
// goroutines at once.
package polygraph
