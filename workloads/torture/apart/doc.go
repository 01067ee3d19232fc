// Package apart lets a program work in a child process, so that whatever ends that process does not end the program.
// An engine can end the process that runs it: by a panic in one of its goroutines, a fatal error of the Go runtime,
// os.Exit or log.Fatal. Nothing in the process can prevent that.
//
//	parent.go      Run: starts this program again   child.go   Inside: the other end
//	death.go       how a child ended, and whose fault it is
//	attributes_*   what ties a child to its parent
//
// Promises:
//
//   - A1: a child ends with its parent, whatever ends the parent. Where the system cannot do that, Possible is false.
//   - A2: a child that finished its work has said so (Child.Done). One that has not is a Death, whatever its exit code, even 0.
//   - A3: the last tokens noted by a child outlive it, as do the output of the Go runtime and the last lines of package log.
//   - A4: a process started by a child is not a child: the variable is removed from its environment.
//
// An environment variable tells a child what it is. It shares a directory with its parent, which an earlier child may
// have used; apart from the files of this package, parent and child decide what is in it. Package torture uses children
// for tests, and the command uses them for run and replay. This package knows nothing about runs and targets.
package apart
