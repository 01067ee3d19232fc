// Package gotest knows how to run the tests of this process from a shell: it writes the lines to paste that a Go test
// prints, and finds the package of a test function.
//
//	here.go     Home: the package whose tests this process runs    command.go  lines to paste
//	declared.go which package declares a test
//
// Promises:
//
//   - G1: a line works when pasted into a POSIX shell in the root of the module: names are quoted, both for the shell and for the
//     regular expression of -run, and the line has the build tags of this binary and the flags that its package defines.
//   - G2: nothing is guessed. If a test cannot be found in the source, there is no line for it.
//
// The go command runs a test binary in the directory of its package, so this package looks there. If there is no go.mod
// above that directory, or the package belongs to a module other than the one the binary was built in, lines use the
// import path of the package.
//
// The package is a leaf. Package torture uses it for Run and for the tests that it writes for findings; commands use it
// for the lines to paste.
package gotest
