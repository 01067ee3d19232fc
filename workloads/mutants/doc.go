// Package mutants tests the lab: it plants known bugs in Lightning, one at a time, and checks whether the lab finds
// them.
//
// A mutant is a text file, NN-name.mutant. A header says which real bug it imitates and what should find it; then come
// edits, written like a diff without line numbers. The mutants are in ci/mutants, where the README explains the format.
//
// The package promises:
//
//   - M1: the source tree is never written. Changed copies live in a scratch directory and reach the compiler through
//     go build -overlay.
//   - M2: a mutant that no longer fits is noticed. The old lines of an edit must occur exactly once in their file;
//     otherwise, loading or applying fails with an error that names the mutant, its line and the file.
//   - M3: killed means that the lab reported a finding and exited with code 1. A lab that panics, hangs, prints no
//     result or contradicts itself makes the mutant broken, never killed.
//   - M4: a kill counts only if the lab stays silent on the unchanged engine under the same command for at least as
//     long as the kill took. A lab that always reports something kills nothing.
//
// It uses the lab through its command line and JSON result, and imports none of its packages. A [Lab] is not safe for
// concurrent use.
package mutants
