// Package contract defines what the lab asks of an engine, and what the engine promises in return. All packages of the
// lab and all adapters of engines share this vocabulary:
//
//   - Target is an engine under test: how to open it, what it promises, and which of its files may lose their tail.
//   - Env is everything that an engine may touch.
//   - Limit is a threshold of the engine that a run may lower, so that short runs cross it.
//   - Promises is what the engine claims. The lab tests exactly these claims.
//   - PowerCut is how a standing check of the engine cuts the power on a disk of its own, and Call how it makes a call there.
//   - Goal is a dangerous situation. A pass means something only if power was cut in it.
//
// Users find these names in package torture, which aliases them. The package is a leaf of the lab: it knows nothing of
// runs, crashes and judges. Its values must not be changed once a run has begun; from then on they are safe for
// concurrent use.
package contract
