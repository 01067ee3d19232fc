// Package operators makes small changes of Go source, each of which could be a bug. Package mutate and package trials build
// the changed source and see who notices.
//
// An operator is one rule of change; a [Kind] is its name. The operators of durability see the syntax alone:
//
//	drop-sync          a call of Sync, Fsync, Fdatasync or the like does nothing and returns nil
//	swap-steps         two consecutive durable steps change places
//	drop-check         the error of a durable step is not returned
//	weaken-lock        a lock is taken for reading only
//	drop-lock          a lock is not taken
//
// Durable steps are calls of functions and methods with the names that packages os, syscall and afero give to those that
// change a file or a directory: see isDurable. The classical operators see types, too:
//
//	negate-condition   == becomes !=, < becomes >=, and a condition of if or for becomes its opposite
//	off-by-one         < becomes <=, > becomes >=, and the reverse
//	swap-logic         && becomes ||, and the reverse
//	swap-arithmetic    + becomes -, * becomes /, << becomes >>, & becomes |, ++ becomes --, and the reverse
//	change-constant    an integer or a character becomes one larger or one smaller, true becomes false
//	drop-statement     a call, an assignment, a send or a defer does not happen
//	drop-branch        the body of an if, or of one case of a switch or a select, is empty
//	drop-else          an else branch is empty
//	swap-arguments     two neighbouring arguments of one type change places
//	early-return       a function returns zero values: at once, at the start of a loop's body, or before its last statement
//	swap-jump          break becomes continue, and the reverse
//
// Left out are test files, packages whose name ends in "test", generated files, methods that make text (String, Error,
// GoString, Format) and, for the classical operators, the arguments of errors, panics and log messages.
//
// The package promises:
//
//   - O1: a mutation moves no lines, so that line numbers in the output of a test are right, except between two swapped
//     steps of different length.
//   - O2: mutations are ordered by package, file, line and kind; the same source has the same mutations.
//   - O3: the ID of a mutation depends on its file's path in the module, on the function around it and on that function's
//     text, and on nothing else. It stays the same when other functions change or move.
//   - O4: what Compiles accepts, go/types accepts with the exported declarations of all imports as the compiler wrote them.
//
// A [Package] is used by one goroutine at a time.
package operators
