// Package plan turns the description of a run into everything that the run needs: the script of the clients, the rules
// of the faults, the crash model, and what the engine is excused from. It also holds the catalog of everything that
// has a name: workloads, faults, profiles, scenarios.
//
// Spec is the description. Replay tokens and saved findings carry it, so its JSON form is stable. A seed and a size
// determine a script; Keep says what shrinking has left of it. Resolve looks up the names and derives the Plan:
//
//	spec.go      Spec                             fault.go    what a fault is, and what it excuses
//	keep.go      Keep: the part of a script       faults.go   the named faults
//	plan.go      Plan, Resolve, FromScript        sweep.go    the series that make each call fail in turn
//	rules.go     the rules of a run               scenario.go the named runs
//	choice.go    something that has a name        catalog.go  lists of them, and lookup by name
//	draw.go      cheap random draws               limits.go   the limits of all numbers
//	recoveryfaults.go  the faults that a recovery can meet
//
// Promises:
//
//   - P1: a plan is a function of its spec. All randomness comes from the seed of the spec.
//   - P2: a plan never changes. Under returns a new one.
//   - P3: an error names what is unknown, with the choices, and is an ErrConfig.
//   - P4: a spec with a number beyond its limit is an ErrConfig that names the number and the limit. The check comes before any
//     allocation.
//
// A Plan is safe for concurrent use.
package plan
