// Package plan turns the description of a run into all that the run needs: the script of the clients, the rules of the faults,
// the crash model, and what the engine is excused from. It also holds the catalog of everything that can be named:
// workloads, faults, profiles, scenarios.
//
// Spec is the description. It is what replay tokens and saved findings carry, so its JSON is stable. A seed and a size
// determine a script; Keep says what shrinking has left of it. Resolve looks up the names and derives the Plan:
//
//	spec.go      Spec                             fault.go    what a fault is, and what it excuses
//	keep.go      Keep: the part of a script       faults.go   the named faults
//	plan.go      Plan, Resolve, FromScript        sweep.go    the series that make each call fail in turn
//	rules.go     the rules of a run               scenario.go the named runs
//	choice.go    a thing that can be named        catalog.go  lists of them, and finding one by name
//	draw.go      draws that cost nothing              limits.go   the limits of all numbers
//	recoveryfaults.go  the faults that a recovery can meet
//
// Promises:
//
//   - P1: a plan is a function of its spec. All randomness comes from the seed of the spec.
//   - P2: a plan does not change once it is made. Under returns another one.
//   - P3: an error names what is unknown, with the choices, and is an ErrConfig.
//   - P4: a spec with a number beyond its limit is an ErrConfig that names the number and the limit. Nothing is allocated first.
//
// A Plan may be read by any number of goroutines.
package plan
