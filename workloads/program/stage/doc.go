// Package stage runs a job of this program in a process of its own, in namespaces of its own: what it mounts is seen by nobody
// else, and it ends with everything that it mounted and every process that it started, however it ends.
//
//	stage.Main(jobs...)                          // first in main, and in TestMain
//	err := stage.Run(ctx, name, request, event)  // runs the job of that name, and calls event with what it emits
//
// There are three processes. The caller starts a keeper, which is the first process of a new PID namespace and the owner of a
// new mount namespace. The keeper starts the worker, which does the job, and buries orphans. The kernel kills every process of
// a PID namespace with its first one, drops a mount namespace with its last process, and ends a FUSE connection with the last
// descriptor of it. So:
//
//	the caller is killed   the keeper dies with it (PR_SET_PDEATHSIG, and the end of its standard input), and so does the rest
//	the keeper is killed   the worker and all programs die, what was mounted is gone, and Run returns ErrKilled
//	the worker is killed   the keeper ends, as before
//	a program is killed    that is up to the job
//
// Nothing is left in any order: no mount, no process, nothing that waits for ever. Tests kill all of them in turn.
//
// A caller that is not root gets a user namespace in addition, in which the job is root; whether that may mount FUSE depends on
// the machine. Possible tries it, and says what to do where it is not. Linux only.
//
// The package knows no job. Callers: package native, and main packages and tests, which call Main.
package stage
