// Package golden judges a recovered store where nobody has written a checker: by the states that it shows if the program alone is
// killed. All that is needed is a dump, which prints what is in a store.
//
//	states := golden.New(rec, dump)                 // of a recording
//	answer, err := states.Judge(ctx, shown, acked)  // of what the dump of a crash image shows
//
// After a power cut behind acknowledgement a, a store must show what it shows after a kill at some moment from a to the next
// acknowledgement. That holds for a program that does one thing after the other. A store that cannot be read has a state, too:
// before its first acknowledgement it may not be there yet.
//
// A kill loses nothing, so the states are those of the images of faultfs.LoseNone; each is dumped once, when it is needed. All
// methods may be called concurrently; dumps of states are made one at a time. Callers: the ways of running programs.
package golden
