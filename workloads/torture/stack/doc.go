// Package stack reads the stacks of goroutines: which calls are the engine's and which the lab's own, who is to blame
// for a panic that ended the process, and where the goroutines of a hanging engine wait.
//
//	owner.go     whose a call is                engine.go     the engine's calls, without the adapter
//	standard.go  the standard library           goroutine.go  the stacks of this process
//	panic.go     what the Go runtime wrote
//
// # What counts as the engine
//
// Explanations name lines of the engine. These are the calls between the filesystem and the lab, without the following:
//
//  1. the standard library, package afero, the filesystems of the lab, and adapters that come with the lab;
//  2. if Target.Packages names a package on the stack, all calls inside of the innermost of these packages and outside of
//     the outermost;
//  3. on the side of the lab, calls in a test file, or in a file of which the lab calls a function in the same run: that is
//     where the user has written the adapter, be it in the engine's package, in one of its own, or in another module;
//  4. on the side of the filesystem, calls in a test file, or in the package of the outermost call if others lie between:
//     that is a filesystem adapter of the user.
//
// If that leaves nothing, the engine implements the store itself, in one file: then 3 and 4 do not apply.
//
// The package is a leaf. All functions may be called from any goroutine; Containing stops the world for a moment.
package stack
