// Package stack reads the stacks of goroutines: which calls belong to the engine and which to the lab, whose panic ended the
// process, and where the goroutines of a hanging engine wait.
//
//	owner.go     the owner of a call            engine.go     the engine's calls, without the adapter
//	standard.go  the standard library           goroutine.go  the stacks of this process
//	panic.go     the output of the Go runtime
//	name.go      names that stay the same from version to version
//
// # What counts as the engine
//
// Explanations name lines of the engine. Of the calls between the filesystem and the lab, these are all except:
//
//  1. the standard library, package afero, the filesystems of the lab, and adapters that come with the lab;
//  2. if Target.Packages names packages on the stack: calls farther in than the innermost call of these packages, and
//     farther out than the outermost one;
//  3. at the outer end: calls in a test file, or in a file with a function that the lab calls in the same run. That file is
//     the user's adapter, whether it is in the engine's package, in a package of its own, or in another module;
//  4. at the inner end: calls in a file as in 3, or calls in the package of the outermost call if other packages come
//     between. They are the user's filesystem adapter.
//
// If that leaves nothing, the engine implements the store itself, in a single file; then 3 and 4 do not apply.
//
// The package imports no other package of the lab. Its functions are safe for concurrent use; Containing stops the world for
// a moment.
package stack
