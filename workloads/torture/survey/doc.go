// Package survey finds out whether a fault rule is about calls that an engine makes, before anything is tortured. A rule with a
// misspelt name would be in force in every run and hit nothing, and the user would learn that a minute later.
//
// Promises:
//
//   - U1: a rule counts as met if a call of a run or of a recovery has its operation and its name. Whether its other
//     conditions ever hold is not asked: a survey is a few runs, and the third sync of a table may come in a longer one.
//   - U2: what is refused is said with what was looked at, the names that there are, those most like it first, and the remedy.
//
// A Survey is used by one goroutine; the calls that it watches may come from many.
package survey
