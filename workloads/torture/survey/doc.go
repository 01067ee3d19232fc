// Package survey finds out, before a campaign starts, whether a fault rule matches any calls that an engine makes. A rule
// with a misspelt name would hit nothing in any run, and the user would learn that only after the campaign.
//
// Promises:
//
//   - U1: a rule counts as met if a call of a run or of a recovery has its operation and matches its name. Other
//     conditions of the rule are not checked, because a survey has only a few runs: a condition such as "the third sync
//     of a table" may be met in a longer one.
//   - U2: a refusal says what was surveyed, which names there are, the most similar ones first, and what to do.
//
// A Survey belongs to one goroutine; the calls that it watches may come from many.
package survey
