// Package keytest tests implementations of key.Iterator against a model that is too simple to be wrong: a sorted slice.
//
//   - K1: Conform moves an iterator and the model in parallel, through every kind of movement in both directions, and
//     returns the first difference as an error that names the movement.
//   - K2: everything is a function of the random source passed by the caller.
//
// It is for tests only. It imports no testing package, so that a fuzz target or the lab can use it as well.
package keytest
