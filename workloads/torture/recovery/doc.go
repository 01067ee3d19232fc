// Package recovery recovers crash images with the real engine: it opens the store, reads all of it, reads some of it again
// in another way, closes it, and classifies errors.
//
// Promises:
//
//   - V1: the engine's time is measured separately from the lab's (T6 of package torture).
//   - V2: a recovery that hangs can be given up. Its goroutine then never returns to the caller, so everything that it was
//     working on belongs to whoever gave it up.
//   - V3: the state that Recover returns is valid until the next recovery, or permanently if Keep is called.
//
// A Prober belongs to one goroutine; only GiveUp may be called by another one. One Prober recovers any number of images, and
// allocates nothing of its own for each.
package recovery
