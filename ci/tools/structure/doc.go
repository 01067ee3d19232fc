// Command structure measures how the files of each Go package depend on each other, and fails where a package has
// become a knot. `make lint` runs it.
//
//	go -C ci/tools run ./structure DIR...    each DIR is the root of a module
//
// For each package it reports, test files left out of all but the lengths:
//
//   - files: how many there are, at most 25;
//   - exported: how many names the package exports at its top level, at most 60;
//   - cycle: the largest set of files that all use each other's declarations, directly or through one another, at most 8.
//     File A uses file B if an identifier in A refers to a constant, variable, type, function, method or field that B
//     declares, as go/types resolves it;
//   - long: files of more than 400 lines, test files included. There must be none.
//
// A package of another size says so in its doc.go, in a directive below the paragraph that gives the reason:
//
//	//structure:root DB
//	//structure:limits files=31 exported=95 cycle=12
//
// Uses of the methods and fields of a root type do not count, because a type that holds the state of the whole package has
// its methods spread over the files by subject. The report gives the cycle both without and with them.
// Limits that are looser than necessary fail, too, so that they shrink along with the package.
package main
