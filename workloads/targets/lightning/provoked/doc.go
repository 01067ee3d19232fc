// Package provoked puts stores of its own into situations that a run hardly ever meets by chance, and sees that they get out of them
// again.
//
//	store.go     a small store with something of everything, and what it must show
//	stalls.go    writers that wait, for each reason that there is
//	room.go      a disk that is full while a store works in the background
//	ended.go     work that ends early: at each of its calls the context is done, or the disk is full
//	nested.go    directories that are not there yet, several of them within one another
//	crossed.go   commits during a sync that is held up, before the disk has done it or after
//	flight.go    commits under way when the disk fails
//	alike.go     keys that look alike, and many versions of one
//	levels.go    rows of commits at all levels
//	space.go     what is overwritten again and again
//	conflicts.go transactions of which each has read what another one writes
//
// Promises:
//
//   - P1: a situation is forced, so the outcome depends neither on chance nor on how busy the machine is.
//   - P2: all stores are in memory, and nothing is left open.
//   - P3: an error says which situation it was, and what should have come.
//
// The adapter of Lightning calls it where it checks accounts, once in a process.
package provoked

// Checks returns all of them.
func Checks() []func() error {
	return []func() error{Stalls, Room, Ended, Nested, Crossed, Flight, Alike, Conflicts, Levels, Bounded}
}
