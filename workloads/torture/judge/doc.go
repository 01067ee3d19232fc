// Package judge judges a recording: what the clients saw while the store ran, and what a store shows after it has recovered
// from a crash. The judges themselves are in package checker. This package knows which of them the promises of a target call
// for, and what a fault or rotten data excuses.
//
// Promises:
//
//   - J1: judging does not write to the recording. Live and State return what they found.
//   - J2: the judges are made once for each recording and then judge every image, under any profile.
//   - J3: only what was promised is demanded. An error is excused only if a fault came before it (T3 of package
//     torture). If the engine promises to go on after a transient fault, errors are no longer excused once the fault
//     has passed.
//   - J4: damage to a file may cost the tail of a log from the damage on, or what was cut off from a file that only grows,
//     and nothing else.
//
// Judges are safe for concurrent use.
package judge
