// Package visit is the client of a store that has just recovered. Explorers send it, to see what a store does after a crash
// rather than only what it shows, and cut the power again.
//
// A key-value store gets keys that sort after all keys of the run. A log goes on where it ends, so what was written in one life
// may have the index of what is missing in the next; a visitor remembers from where on that may be.
package visit
