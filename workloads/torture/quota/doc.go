// Package quota says how much work a run owes before its pass means anything, and what is missing. It only counts: package
// torture decides what each cell of the matrix owes, and does the work.
//
// A quota is work and not time: crash points that were explored, commits that were acknowledged before them, writes that
// were pending. So a verdict does not depend on how fast the machine is or on what else it does. Time is given on top.
//
// Promises:
//
//   - Q1: a cell that is complete has had enough for its pass to mean something, and one that is not says why in one line.
//   - Q2: what is missing is something that another run of the cell could have. A run that happens to lose no byte lacks
//     nothing if something could have been lost.
//
// The package is a leaf, and its values belong to one goroutine at a time.
package quota
