// Package quota says how much work a run requires before its pass means anything, and what is missing. It only counts:
// package torture decides what each cell of the matrix owes, and does the work.
//
// A quota is measured in work, not in time: crash points explored, commits acknowledged before them, writes pending.
// So a verdict does not depend on how fast or how busy the machine is.
//
// Promises:
//
//   - Q1: the pass of a complete cell means something; an incomplete cell says in one line what it lacks.
//   - Q2: what is missing is something that another run of the cell could provide. A run that happens to lose no byte lacks
//     nothing if something could have been lost.
//
// The package is a leaf. Its values are not safe for concurrent use.
package quota
