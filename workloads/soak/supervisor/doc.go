// Package supervisor runs the child processes of a soak: it calls this binary again, hands out a job, passes on what the child
// tells, and ends a child that uses too much memory or no longer gets on.
//
//	run.go    Run: one child, from its start to its end     watch.go  what is measured while it works
//	end.go    End: how it ended, and what that says of the engine
//
// Promises:
//
//   - V1: a child is never left behind: it ends with its parent, whatever ends that (package apart).
//   - V2: when the context is done, the child is killed at once. What it has not told is repeated by whoever resumes; nothing that
//     a child might still want to write is worth waiting for.
//   - V3: whether a child is stuck is decided by the processor time that it uses without getting on, which a busy machine does not
//     change; only one that uses none is judged by the clock, after a much longer time.
//
// A child prints messages on its standard output. Lines that are none, as of an engine that prints, go to where standard error
// goes. Linux only, like apart. The package knows no ledger and no order of laps.
package supervisor
