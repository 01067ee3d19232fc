// Package contract says what the lab asks of an engine and what the engine promises in return. It is the vocabulary that
// all packages of the lab share, and that the adapters of engines are written in.
//
//   - Target is an engine under test: how to open it, what it promises, and which of its files may lose their tail.
//   - Env is all that an engine may touch.
//   - Limit is a threshold of the engine that a run may set low, so that it meets what lies behind.
//   - Promises is what the engine claims. The lab tests exactly these claims.
//   - Goal is a dangerous situation in which power must have been cut for a pass to mean something.
//
// Users find these names in package torture, which aliases them. The package is a leaf of the lab: it knows no run, no
// crash and no judge. Its values are read-only once a run has begun, and may then be used by any number of goroutines.
package contract
