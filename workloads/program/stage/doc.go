// Package stage runs a job of this program in a separate process with its own mount and PID namespaces. Nobody else sees what
// the job mounts, and however it ends, its mounts and all processes that it started go with it.
//
//	stage.Main(jobs...)                          // first in main, and in TestMain
//	err := stage.Run(ctx, name, request, event)  // runs the named job and calls event with what it emits
//
// Three processes are involved. The caller starts a keeper, which is the first process of a new PID namespace and owns a new
// mount namespace. The keeper starts the worker, which does the job, and reaps orphans. The kernel kills all processes of a PID
// namespace with its first one, drops a mount namespace with its last process, and ends a FUSE connection when its last
// descriptor is closed. So:
//
//	the caller is killed   the keeper dies with it (PR_SET_PDEATHSIG, and EOF on its standard input), and so does the rest
//	the keeper is killed   the worker and all programs die, the mounts are gone, and Run returns ErrKilled
//	the worker is killed   the keeper exits, and the same happens
//	a program is killed    the job decides what that means
//
// In every case nothing is left: no mount, no process, nobody waiting for ever. Tests kill each of them in turn.
//
// A caller that is not root also gets a user namespace, in which the job is root. Whether it may then mount FUSE depends on the
// machine; Possible tries it and returns the remedy. Linux only.
//
// The package knows no job. Callers: package native, and main packages and tests, which call Main.
package stage
