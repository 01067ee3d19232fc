// Package replay shows a failure again, from its token or from its saved finding, and judges saved findings anew without
// running an engine.
//
// Promises:
//
//   - Y1: a token of a run with one client repeats the run. A saved finding repeats any run, because it holds the operations.
//   - Y2: of a saved finding, the very image that failed is recovered first. A later version may ask other questions of
//     the disk, or in another order, and so draw other images.
//   - Y3: a run that diverges from its token is not a reproduction, and the result says so.
//   - Y4: Rejudge runs no engine. What only the engine can show is Inconclusive.
//
// Each call works on its own; several may run at once. Errors are evidence.ErrBadToken for what cannot be read, and
// plan.ErrConfig for names that no longer exist.
package replay
