// Package judging puts histories that other tools recorded (package recorded) to the judges of package checker: which judge, is
// what the model of the history says.
//
//	register, cas-register, kv, counter, mutex, set   checker.Linearizability
//	list-append                                       checker.Isolation, at the level that is asked for
//	rw-register                                       checker.RegisterIsolation, the same
//	bank                                              checker.Bank
//
// The package promises:
//
//   - G1: a Fail is that of a judge, and a proof as it is there; a violation of a level is a violation of that level.
//   - G2: a Pass is never vacuous: a history in which nobody was told anything of what the store held is Inconclusive, with that
//     reason.
//   - G3: of transactions that violate a level, it says what all other levels say ([Judgement].Levels).
//   - G4: searches are bounded by work, not by time: the same history with the same options has the same judgement.
//
// What is known of the initial state, of the total of a bank, and of negative balances is for the caller to say ([Options]).
// PUBLISHED.md compares the judgements with those that were published with the histories.
//
// Judge may be called by several goroutines at once; it changes nothing that it is given.
package judging
