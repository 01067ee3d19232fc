// Package keytest tests implementations of key.Iterator against a model that is too simple to be wrong: a sorted slice.
//
//   - K1: Conform moves an iterator and the model in step, through every movement in every direction, and returns the
//     first difference as an error that names the movement.
//   - K2: everything is a function of the random source that the caller passes.
//
// It is for tests only, and imports no testing package so that a fuzz target or a lab can use it as well.
package keytest
