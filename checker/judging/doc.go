// Package judging hands histories that other tools recorded (package recorded) to the judges of package checker. The
// model of a history determines the judge:
//
//	register, cas-register, kv, counter, mutex, set   checker.Linearizability
//	list-append                                       checker.Isolation, at the requested level
//	rw-register                                       checker.RegisterIsolation, at the requested level
//	bank                                              checker.Bank
//
// The package promises:
//
//   - G1: a Fail is the Fail of a judge, and a proof in the same sense; a violation of a level is a violation of that
//     level.
//   - G2: a Pass is never vacuous. A history in which no operation was told anything about what the store held is
//     Inconclusive, for that reason.
//   - G3: for transactions that violate a level, it also gives the verdict at all other levels ([Judgement].Levels).
//   - G4: searches are bounded by work, not by time. The same history with the same options gets the same judgement.
//
// The caller provides what a history does not say: the initial state, the total of a bank, and whether balances may be
// negative ([Options]). PUBLISHED.md compares the judgements with those that were published along with the histories.
//
// Judge is safe for concurrent use and modifies nothing that it is given.
package judging
