// Package skeleton writes the first files of a torture test into a user's module: an adapter, a test and a main
// package, for a key-value store or an append-only log.
//
//	skeleton.go  For: what is written where    place.go   the module and the package of a directory
//	write.go     writing it                    hints.go   what is left to do
//	command.go   the command init
//
// Promises:
//
//   - K1: the files compile as they are, once the module requires the lab. Until they are filled in, the test and the
//     command fail, and say which function in which file has to be filled in.
//   - K2: existing files are neither overwritten nor changed. If one is in the way, nothing is written.
//   - K3: a directory with a Go package gets one test file, which also sees what the package does not export. Any
//     other directory becomes a package of its own: adapter and test, and a main package below it.
//   - K4: go.mod is left to the user: Hints returns the lines that add the lab to it.
//
// The templates are in templates/; testdata/ has their output.
package skeleton
