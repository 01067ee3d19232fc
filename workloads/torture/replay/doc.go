// Package replay reproduces a failure from its token or its saved finding, and judges saved findings again without
// running an engine.
//
// Promises:
//
//   - Y1: a token of a run with one client repeats the run. A saved finding repeats any run, because it holds the operations.
//   - Y2: replaying a saved finding first recovers the very image that failed, decision by decision. The numbers of
//     images would not identify it, because a later version may ask other questions about the disk, or ask them in
//     another order.
//   - Y3: a run that diverges from its token is not a reproduction, and the result says so.
//   - Y4: Rejudge runs no engine. Whatever only the engine can show is Inconclusive.
//
// Calls are independent; several may run at once. Errors are evidence.ErrBadToken for what cannot be read, and
// plan.ErrConfig for names that no longer exist.
package replay
