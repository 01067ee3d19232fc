// Package judge judges a recording: what the clients saw while the store ran, and what a store shows after it has
// recovered from a crash. The judges themselves are those of package checker; this package knows which of them a
// target's promises call for, and what a fault or rotten data excuses.
//
// Promises:
//
//   - J1: judging writes nothing to the recording. Live and State return what they found.
//   - J2: a judge is made once for each recording and asked for every image, under any profile.
//   - J3: only what was promised is demanded, and an error is excused only if a fault came before it (T3 of package torture),
//     and not once the fault has passed, if the engine promises to go on after it.
//   - J4: damage to a file may cost the tail of a log from the damage on, or what was cut off a file that only grows. It may
//     cost nothing else.
//
// Judges may be used by several goroutines at once.
package judge
