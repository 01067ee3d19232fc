// Package apart lets a program do work in a process of its own, so that what ends the process does not end the work's
// owner. An engine can end the process that runs it: by a panic in one of its goroutines, a fatal error of the Go runtime,
// os.Exit or log.Fatal. Nothing in that process can prevent it.
//
//	parent.go      Run: calls this program again    child.go   Inside: the other end
//	death.go       how a child ended, and whose fault it is
//	attributes_*   what ties a child to its parent
//
// Promises:
//
//   - A1: a child ends with its parent, whatever ends the parent. Where the system cannot do that, Possible is false.
//   - A2: a child that came to its end said so (Child.Done). One that did not is a Death, whatever its exit code: 0 too.
//   - A3: what a child noted last outlives it, with what the Go runtime wrote and the last lines of package log.
//   - A4: a process that a child starts is not a child: the variable that says so is gone from its environment.
//
// A child is told by an environment variable that it is one, and shares a directory with its parent; what else is in it is
// up to the two; it may have been that of an earlier child. Package torture uses this for tests, the command for run and replay. The package knows no run and no target.
package apart
