// Package gotest knows how the tests of this process are called from a shell: it writes the lines to paste that a Go test
// prints, and finds out which package a test function belongs to.
//
//	here.go     Home: the package whose tests this process runs    command.go  lines to paste
//	declared.go which package declares a test
//
// Promises:
//
//   - G1: a line works when it is pasted into a POSIX shell in the root of the module: names are quoted, for the shell and for
//     the regular expression of -run, and it has the build tags of this binary and the flags that its package defines.
//   - G2: nothing is guessed. Where a test cannot be found in the source, there is no line for it.
//
// The command go runs a test binary in the directory of its package, so this package looks there. Where there is no go.mod
// above that directory, or the package belongs to another module than the binary was built in, lines name the package by
// its import path.
//
// It is a leaf. Package torture uses it for Run and for the tests that are written for findings.
package gotest
