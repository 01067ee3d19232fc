// Command crosscheck sees whether Go modules, tests included, compile on other operating systems. `make cross` runs it.
//
//	go -C ci/tools run ./crosscheck GOOS,GOOS... DIR...    each DIR is the root of a module
//
// For each operating system it loads all packages of a module from source, checks their types and runs those analyzers of go
// vet that need to know nothing of other packages. Exit code 1: something does not compile there, or an analyzer complains.
// Exit code 2: the packages cannot be loaded.
//
// GOOS=windows go vet ./... finds the same and compiles the standard library and all dependencies first, which takes more than
// ten times as long where they are not in the build cache. Nothing is compiled here, and of dependencies only declarations are
// checked.
package main
