// Package home finds the source of the main package that this process was built from, as far as it is on this machine. The Go
// tests of findings belong there: they call main to get the target.
//
//   - H1: a line works when it is pasted into a shell in the working directory.
//   - H2: nothing is guessed. Where the source is not found, there is no line.
package home
