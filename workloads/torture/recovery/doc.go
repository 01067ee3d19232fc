// Package recovery recovers crash images with the real engine: it opens the store, reads all of it, reads some of it
// in another way, closes it, and says what an error means.
//
// Promises:
//
//   - V1: the engine's time is measured apart from the lab's (T6 of package torture).
//   - V2: a recovery that hangs can be given up. Its goroutine then never returns to the caller, so that everything it works
//     on belongs to whoever gave it up.
//   - V3: the state that Recover returns is valid until the next recovery, or permanently if Keep is called.
//
// A Prober is used by one goroutine; GiveUp alone may be called by another one. Call it for every image: it allocates nothing
// of its own.
package recovery
