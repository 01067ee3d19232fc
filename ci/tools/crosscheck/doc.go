// Command crosscheck checks whether Go modules, including their tests, compile on other operating systems. `make cross` runs
// it.
//
//	go -C ci/tools run ./crosscheck GOOS,GOOS... DIR...    each DIR is the root of a module
//
// For each operating system it loads all packages of a module from source, type-checks them, and runs the analyzers of go vet
// that need no facts about other packages. Exit code 1: a package does not type-check there, or an analyzer reports something.
// Exit code 2: the packages cannot be loaded.
//
// GOOS=windows go vet ./... finds the same, but first compiles the standard library and all dependencies, which takes more than
// ten times as long unless they are in the build cache. crosscheck compiles nothing, and checks only the declarations of
// dependencies.
package main
