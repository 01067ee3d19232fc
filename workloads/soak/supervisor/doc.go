// Package supervisor runs the child processes of a soak: it runs this binary again with a job, passes on the child's messages, and
// kills a child that uses too much memory or makes no progress.
//
//	run.go    Run: one child, from its start to its end     watch.go  measures the child while it works
//	end.go    End: how it ended, and what that says about the engine
//
// Promises:
//
//   - V1: a child is never left behind: it dies with its parent, however the parent ends (package apart).
//   - V2: when the context is done, the child is killed at once. What it has not reported is repeated after a resumption, so nothing
//     that it could still write is worth waiting for.
//   - V3: a child is stuck if it uses a certain amount of CPU time without making progress. CPU time does not depend on how busy the
//     machine is. Only a child that uses none is judged by the clock, after a much longer time.
//
// A child writes messages to its standard output. Other lines, such as those printed by an engine, go where standard error goes.
// Linux only, like apart. The package knows neither the ledger nor the order of laps.
package supervisor
