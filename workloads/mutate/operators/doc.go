// Package operators makes small changes to Go source, each of which could be a bug. Packages mutate and trials build
// the changed source and check who notices.
//
// An operator is one rule of change, and a [Kind] is its name. The operators of durability use only the syntax:
//
//	drop-sync          a call of Sync, Fsync, Fdatasync or the like does nothing and returns nil
//	swap-steps         two consecutive durable steps change places
//	drop-check         the error of a durable step is not returned
//	weaken-lock        a lock is taken for reading only
//	drop-lock          a lock is not taken
//
// Durable steps are calls of functions and methods whose names packages os, syscall and afero give to operations that
// change a file or a directory; see isDurable. The classical operators also use types:
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
// Excluded are test files, packages whose name ends in "test", generated files, methods that produce text (String,
// Error, GoString, Format) and, for the classical operators, the arguments of errors, panics and log messages.
//
// The package promises:
//
//   - O1: a mutation does not move any lines, so line numbers in the output of a test stay correct, except between two
//     swapped steps of different length.
//   - O2: mutations are ordered by package, file, line and kind; the same source has the same mutations.
//   - O3: the ID of a mutation depends only on the path of its file in the module, on the name of the function around
//     it and on that function's text. It stays the same when other functions change or move.
//   - O4: Compiles decides with go/types, using the export data that the compiler wrote for all imports.
//
// A [Package] is not safe for concurrent use.
package operators
